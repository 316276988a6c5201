package config

import (
	"errors"
	"io/fs"
	"os"
	"reflect"
	"strings"
)

// readSecretFiles reads every secret whose …_file key is set.
func (l *loader) readSecretFiles(section reflect.Value, at report) {
	for i, k := range keysOf(section.Type()) {
		field := section.Field(i)
		switch {
		case field.Kind() == reflect.Struct:
			l.readSecretFiles(field, at.at(k.name))
		case field.Kind() == reflect.Slice && !isLeaf(field.Type().Elem()):
			for n := range field.Len() {
				l.readSecretFiles(field.Index(n), at.at(k.name).index(n))
			}
		case field.Type() == reflect.TypeFor[Secret]():
			path := section.FieldByName(section.Type().Field(i).Name + "File").String()
			l.readSecretFile(field, path, at.at(k.name))
		}
	}
}

func (l *loader) readSecretFile(secret reflect.Value, path string, at report) {
	file := report{at.key + "_file", at.list}
	switch {
	case path == "":
		return
	case secret.String() != "":
		at.add(redacted, "it is given here and in "+file.key, "keep one of the two")
		return
	}
	text, err := os.ReadFile(path) // #nosec G304 -- the operator names the file
	trimmed := strings.TrimSpace(string(text))
	switch {
	case err != nil:
		file.add(path, "the file cannot be read: "+reason(err), "check the path and who may read it")
	case trimmed == "":
		file.add(path, "the file is empty", "write the secret into it")
	}
	secret.SetString(trimmed)
}

// reason is a file error's cause without the path.
func reason(err error) string {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
