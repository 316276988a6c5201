package dingtalk

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// FuzzApproval reads anything as an approval: nothing crashes, and what comes out holds together.
func FuzzApproval(f *testing.F) {
	for _, seed := range []string{
		`{"status":"COMPLETED","result":"AGREE","formComponentValues":[{"componentType":"DDSelectField","value":"a","extValue":"{\"label\":\"a\",\"key\":\"k\"}"}]}`,
		`{"formComponentValues":[{"componentType":"TableField","value":"[{\"rowValue\":[{\"key\":\"DDMultiSelectField_1\",\"value\":\"[\\\"a\\\"]\"}]}]"}]}`,
		`{"formComponentValues":[{"id":"InnerContactField_1","value":"甲,乙","extValue":[{"name":"甲","emplId":1},{"name":"乙"}]}]}`,
		`{"formComponentValues":[{"componentType":"DDDateRangeField","name":"[\"从\",\"到\"]","value":["2026-11-22",null,2]}]}`,
		`{"formComponentValues":[{"value":null},{"value":"null"},{"value":{}},{"value":7}],"operationRecords":[{"userId":7}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var i instance
		if json.Unmarshal(text, &i) != nil {
			return
		}
		a, err := i.approval("id", time.UTC)
		if err != nil {
			return
		}
		for _, field := range a.Fields {
			if field.Keys != nil && len(field.Keys) != len(field.Values) {
				t.Errorf("%d keys of %d values: %+v", len(field.Keys), len(field.Values), field)
			}
			for _, value := range field.Values {
				if strings.TrimSpace(value) == "" || value == "null" {
					t.Errorf("an empty value: %+v", field)
				}
			}
			if len(field.Rows) > 0 && field.Values != nil {
				t.Errorf("rows and values: %+v", field)
			}
		}
	})
}
