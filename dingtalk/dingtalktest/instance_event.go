package dingtalktest

import (
	"fmt"
	"slices"
)

// InstanceEvent is the data of bpms_instance_change about an approval as it stands, whichever way it is pushed: kind is
// start, finish, terminate or delete.
func (s *Server) InstanceEvent(instanceID, kind string) (map[string]any, error) {
	if !slices.Contains([]string{"start", "finish", "terminate", "delete"}, kind) {
		return nil, fmt.Errorf("%q is not start, finish, terminate or delete", kind)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.instances[instanceID]
	if kind == "delete" && !ok {
		i, ok = s.deleted[instanceID]
	}
	if !ok {
		return nil, fmt.Errorf("no instance %q", instanceID)
	}
	data := map[string]any{
		"processInstanceId": i.ID, "processCode": i.ProcessCode, "businessId": i.BusinessID, "bizCategoryId": "", "businessType": "",
		"title": i.title(), "staffId": i.Originator, "type": kind, "createTime": i.Created.UnixMilli(),
		"url": "https://aflow.dingtalk.com/dingtalk/mobile/homepage.htm?procInstId=" + i.ID,
	}
	if kind == "finish" {
		data["result"] = i.Result
	}
	if kind != "start" && !i.Finished.IsZero() {
		data["finishTime"] = i.Finished.UnixMilli()
	}
	return data, nil
}
