package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"

	"github.com/oabridge/oabridge/config"
)

// mayDiffer are the keys that replicas on one database need not share: where each of them stands, and how hard it works.
var mayDiffer = map[string]bool{
	"listen": true, "public_url": true, "log": true, "database": true, "redis": true,
	"jenkins[].refresh": true, "jenkins[].refresh_max": true, "jenkins[].stale_after": true, "jenkins[].poll": true, "jenkins[].poll_max": true,
	"jenkins[].max_in_flight": true,
}

// ownSections are parts of a section that are compared by themselves, so that people know where to look.
var ownSections = map[string]bool{"dingtalk.connector": true, "dingtalk.events": true, "dingtalk.robots": true}

// fingerprintBytes tell any two configurations apart and are too few to find anything out.
const fingerprintBytes = 8

// fingerprints stand for the sections of a configuration in which replicas must agree. The installation's id, which no
// other database has, keeps them from being looked up in a table; no secret can be read from them.
func fingerprints(cfg *config.Config, installation string) map[string]string {
	sections := map[string]*strings.Builder{}
	describe(sections, "", "", reflect.ValueOf(*cfg))
	prints := map[string]string{}
	for section, text := range sections {
		mac := hmac.New(sha256.New, []byte(installation))
		mac.Write([]byte(section + "\n" + text.String()))
		prints[section] = hex.EncodeToString(mac.Sum(nil)[:fingerprintBytes])
	}
	return prints
}

// describe writes every key below path that was given a value, one a line, into its section.
func describe(sections map[string]*strings.Builder, section, path string, v reflect.Value) {
	switch {
	case mayDiffer[path] || v.IsZero():
		return
	case ownSections[path] || section == "":
		section = path
	}
	switch {
	case v.Kind() == reflect.Struct:
		for field, value := range v.Fields() {
			name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			if options == "" { // the others only say which file a secret was read from
				describe(sections, section, strings.TrimPrefix(path+"."+name, "."), value)
			}
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		switch v.Interface().(type) {
		case config.Windows, config.Freezes: // an empty one decides, too
			write(sections, section, path)
		}
		for i := range v.Len() {
			part := section
			if controller, ok := v.Index(i).Interface().(config.Jenkins); ok {
				part = "jenkins." + controller.Name // by name, whatever the order
			}
			write(sections, part, path+"[]")
			describe(sections, part, path+"[]", v.Index(i))
		}
	default:
		describeValue(sections, section, path, v)
	}
}

// describeValue takes an empty list for none.
func describeValue(sections map[string]*strings.Builder, section, path string, v reflect.Value) {
	if (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() == 0 {
		return
	}
	value := v.Interface()
	if secret, ok := value.(config.Secret); ok {
		value = secret.Reveal()
	}
	write(sections, section, fmt.Sprintf("%s = %#v", path, value))
}

func write(sections map[string]*strings.Builder, section, line string) {
	if sections[section] == nil {
		sections[section] = &strings.Builder{}
	}
	sections[section].WriteString(line + "\n")
}
