package storetest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/oabridge/oabridge/model"
)

// filler gives every field a value of its own, so that a column that is missing or mixed up with another one shows.
// Fillers of different seeds give every field different values.
type filler struct {
	seed, count int64
}

func fill[T any](seed int64) *T {
	v := new(T)
	f := filler{seed: seed}
	f.value(reflect.ValueOf(v).Elem(), "v")
	return v
}

func (f *filler) value(v reflect.Value, name string) {
	f.count++
	if t, ok := reflect.TypeAssert[time.Time](v); ok {
		moment := t.AddDate(2025, 0, 0).Add(time.Duration(f.seed*1000+f.count) * 61_000_001 * time.Microsecond)
		v.Set(reflect.ValueOf(moment.UTC()))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("%s-%d-%d", name, f.seed, f.count))
	case reflect.Bool:
		v.SetBool(f.seed%2 == 1)
	case reflect.Int, reflect.Int64:
		v.SetInt(f.seed*1000 + f.count)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.value(v.Elem(), name)
	case reflect.Struct:
		f.fields(v)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.value(v.Index(0), name)
		f.value(v.Index(1), name)
	case reflect.Map:
		f.entry(v, name)
	default:
		panic("no value for " + name + " of " + v.Type().String())
	}
}

func (f *filler) fields(v reflect.Value) {
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.IsExported() {
			f.value(v.Field(i), field.Name)
		}
	}
}

func (f *filler) entry(v reflect.Value, name string) {
	key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
	f.value(key, name)
	f.value(value, name)
	v.Set(reflect.MakeMap(v.Type()))
	v.SetMapIndex(key, value)
}

// filledRelease is a release that can be created, every other field filled.
func filledRelease(seed int64) *model.Release {
	r := fill[model.Release](seed)
	r.ID = 0
	for _, d := range r.Deployments {
		d.ID, d.ReleaseID = 0, 0
	}
	return r
}

func wantSame(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(model.Release{})); diff != "" {
		t.Fatalf("stored and read back is not the same (-want +got):\n%s", diff)
	}
}
