package dingtalk

import "context"

// UserName is the name of a member of the organisation (DingTalk docs: query-user-details). It costs nothing of the
// month's quota. Errors: dingtalk_not_found (nobody has the id), dingtalk_forbidden (the app may not see the user), and
// the package's other codes.
func (c *Client) UserName(ctx context.Context, userID string) (string, error) {
	const what = "钉钉通讯录接口"
	if err := checkRecipients([]string{userID}); err != nil {
		return "", err
	}
	var got struct{ Result struct{ Name loose } }
	err := c.oapi(ctx, endpoint{what: what, path: "/topapi/v2/user/get"},
		map[string]string{"userid": userID, "language": "zh_CN"}, &got)
	if err == nil && got.Result.Name == "" {
		return "", lacking(what)
	}
	return string(got.Result.Name), err
}
