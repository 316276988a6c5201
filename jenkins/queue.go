package jenkins

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Trees name the fields asked for; Jenkins exports everything else too when they are missing.
const (
	actionsTree = "actions[causes[userId]," + parametersTree + "]"
	itemsTree   = "items[id,why,blocked,buildable,stuck,inQueueSince,task[url]," + actionsTree + "]"
	itemTree    = "id,why,inQueueSince,cancelled,task[url],executable[number,url]," + actionsTree
)

// queueJSON is one item of the queue. Measured: _class is …Queue$LeftItem once it left; executable is null when it
// was cancelled, and for a moment after it started.
type queueJSON struct {
	Class     string      `json:"_class"`
	ID        int64       `json:"id"`
	Why       string      `json:"why"`
	Since     int64       `json:"inQueueSince"`
	Cancelled bool        `json:"cancelled"`
	Actions   actionsJSON `json:"actions"`
	Task      struct {
		URL string `json:"url"`
	} `json:"task"`
	Executable *struct {
		Number int64 `json:"number"`
	} `json:"executable"`
}

// QueueItem returns one item, also for some minutes after it left (measured: 5). Errors: jenkins_not_found.
func (c *Client) QueueItem(ctx context.Context, id int64) (model.QueueItem, error) {
	var item queueJSON
	path := "/queue/item/" + strconv.FormatInt(id, 10) + "/api/json"
	if err := c.get(ctx, reading(kindItem, "读取", itemObject(id)), path, itemTree, &item); err != nil {
		return model.QueueItem{}, err
	}
	return c.queueItem(&item), nil
}

func (c *Client) queueItem(q *queueJSON) model.QueueItem {
	job, _ := c.jobOf(q.Task.URL)
	item := model.QueueItem{
		ID: q.ID, Job: job, Why: q.Why, Since: moment(q.Since),
		Parameters: q.Actions.parameters(), Users: q.Actions.users(),
		Left: strings.HasSuffix(q.Class, "$LeftItem"), Cancelled: q.Cancelled,
	}
	if q.Executable != nil {
		item.Build = q.Executable.Number
	}
	return item
}

// moment is a time of Jenkins: milliseconds since 1970. 0 is no time.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
