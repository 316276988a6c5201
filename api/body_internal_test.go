package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func TestReadJSON(t *testing.T) {
	for raw, want := range map[string]fields{
		`{}`:                              {},
		`{"a":"b"}`:                       {"a": {"b"}},
		`{"项目":"订单"}`:                     {"项目": {"订单"}},
		`{"a":1e400,"b":-0.10,"c":007}`:   nil,
		`{"a":1e400,"b":-0.10}`:           {"a": {"1e400"}, "b": {"-0.10"}},
		`{"a":true,"b":false,"c":null}`:   {"a": {"true"}, "b": {"false"}},
		`{"a":["x",null,2,true]}`:         {"a": {"x", "2", "true"}},
		`{"a":[]}`:                        {},
		`{"a":[null]}`:                    {},
		`{"a":"[\"x\"]"}`:                 {"a": {`["x"]`}},
		`{"a":{"label":"L","value":"v"}}`: {"a": {"v"}},
		`{"a":{"id":"i","key":"k"}}`:      {"a": {"k"}},
		`{"a":{"id":7,"name":"n"}}`:       {"a": {"7"}},
		`{"a":[{"key":"k"},"l"]}`:         {"a": {"k", "l"}},
		`{"a":[{"b":"c","d":1.50,"e":["f",true,null]}]}`: {"a": {`{"b":"c","d":"1.50","e":["f","true",null]}`}},
		`{"a":[{"z":"1","b":{"key":"k"}},{"b":"2"}]}`:    {"a": {`{"z":"1","b":"k"}`, `{"b":"2"}`}},
		`{"a":[{"key":"k","other":"o"}]}`:                {"a": {`{"key":"k","other":"o"}`}},
		`{"a":[{}]}`:                                     nil,
		`{"a":[[{"b":"c"}]]}`:                            nil,
		`{"a":[{"b":"c","b":"d"}]}`:                      nil,
		`{"a":{"b":"c"}}`:                                nil,
		`{"a":{"key":null}}`:                             nil,
		`{"a":{}}`:                                       nil,
		`{"a":{"key":{"key":"k"}}}`:                      nil,
		`{"a":"\ud83d\ude00","b":"\\ud83d"}`:             {"a": {"😀"}, "b": {`\ud83d`}},
		`{"a":"\ud83d\ud83d\ude00"}`:                     nil,
		`{"a":"\ude00"}`:                                 nil,
		`{"a":"\ud83dx\ude00"}`:                          nil,
		`{"a":"\ufffd"}`:                                 {"a": {"\ufffd"}},
		`{"a":"` + "\ufffd" + `"}`:                       {"a": {"\ufffd"}},
		`{"a":[` + strings.Repeat(`"x",`, 999) + `"x"]}`: {"a": strings.Split(strings.Repeat("x", 1000), "")},
	} {
		got, err := readJSON([]byte(raw))
		if (err == nil) != (want != nil) {
			t.Errorf("%.80s: error %v", raw, err)
		}
		if err != nil {
			if model.CodeOf(err) != model.CodeInvalidRequest {
				t.Errorf("%.80s: %v", raw, err)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%.80s:\n%s", raw, diff)
		}
	}
}

func TestFieldsAtTheLimit(t *testing.T) {
	f := fields{}
	for i := range maxFields {
		if err := f.add(strings.Repeat("f", i+1), "v"); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.add("f", "again"); err != nil {
		t.Errorf("a value of a known field: %v", err)
	}
	if err := f.add("one more", "v"); model.CodeOf(err) != model.CodeInvalidRequest {
		t.Errorf("one more: %v", err)
	}
}

func TestMergeTakesEqualValues(t *testing.T) {
	f := fields{"a": {"1", "2"}}
	if err := f.merge(fields{"a": {"1", "2"}, "b": {"3"}}); err != nil || len(f) != 2 {
		t.Errorf("%v: %v", f, err)
	}
	if err := f.merge(fields{"a": {"2", "1"}}); model.CodeOf(err) != model.CodeInvalidRequest || !strings.Contains(err.Error(), "“a”") {
		t.Errorf("another order: %v", err)
	}
}

// FuzzReadBody: whatever comes in, what is read is valid UTF-8 within the limits, errors are the caller's, and reading
// what was read gives the same again.
func FuzzReadBody(f *testing.F) {
	for _, seed := range [][2]string{
		{"application/json", `{"a":["x",null,2,true],"b":{"key":"k","label":"l"},"c":"\ud83d\ude00"}`},
		{"application/json; charset=utf-8", `{"a":"\ud83d","a":1}`},
		{"application/json", `{"a":[[[[[]]]]]}`},
		{"application/x-www-form-urlencoded", "a=1&a=2&%E9%A1%B9=%ff"},
		{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n--x--\r\n"},
		{"text/plain", "x"},
	} {
		f.Add(seed[0], []byte(seed[1]))
	}
	f.Fuzz(func(t *testing.T, contentType string, raw []byte) {
		if len(raw) == 0 {
			t.Skip()
		}
		got, err := readBody(contentType, raw)
		if err != nil {
			if s := meaningOf(model.CodeOf(err)).status; s != 400 && s != 415 || !utf8.ValidString(model.MessageOf(err)) {
				t.Fatalf("%v", err)
			}
			return
		}
		checkRead(t, got)
	})
}

func checkRead(t *testing.T, got fields) {
	if len(got) > maxFields {
		t.Fatalf("%d fields", len(got))
	}
	for name, values := range got {
		if name == "" || len(values) == 0 || len(values) > maxEntries || !utf8.ValidString(name+strings.Join(values, "")) {
			t.Fatalf("%q: %q", name, values)
		}
	}
	encoded, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	again, err := readJSON(encoded)
	if err != nil || (len(got) > 0 && !cmp.Equal(got, again)) {
		t.Fatalf("read again: %v\n%s", err, cmp.Diff(got, again))
	}
}

// TestJSONIsReadAsTheStandardLibraryReadsIt: texts, escapes and numbers come out the same, whatever stands around them.
func TestJSONIsReadAsTheStandardLibraryReadsIt(t *testing.T) {
	for _, document := range []string{
		`{}`, " {\t} ", `{"a":"b"}`, "\n{ \"a\" :\r\n\"b\"\t, \"c\" : [ ] , \"d\":[\"x\" , \"y\"]\n}\n", `{"a":"\"\\\/\b\f\n\r\té\ud83d\ude00 é"}`,
		`{"\u0061\"":"\\"}`, `{"a":-1.50e+10,"b":0,"c":true,"d":false,"e":null,"f":[1,true,null,"null"]}`, `{"a":"]},:{["}`,
		`{"":"x"}`, `{"a":"` + strings.Repeat("\\\\", 50) + `"}`, `{"a":"` + strings.Repeat("长", 500) + `"}`,
	} {
		var plain map[string]any
		decoder := json.NewDecoder(strings.NewReader(document))
		decoder.UseNumber()
		if err := decoder.Decode(&plain); err != nil {
			t.Fatal(err)
		}
		want := fields{}
		for name, value := range plain {
			list, isList := value.([]any)
			if !isList {
				list = []any{value}
			}
			for _, item := range list {
				if item != nil {
					want[name] = append(want[name], fmt.Sprint(item))
				}
			}
		}
		got, err := readJSON([]byte(strings.TrimSpace(document)))
		if _, unnamed := plain[""]; unnamed != (err != nil) {
			t.Errorf("%s: %v", document, err)
		}
		if diff := cmp.Diff(want, got); diff != "" && err == nil {
			t.Errorf("%s\n%s", document, diff)
		}
	}
}
