package config

import (
	"fmt"
)

// entry is one numbered entry of a list, to be laid over the list below. Its fields are exported because koanf copies
// layers by reflection.
type entry struct {
	Index int
	Value any
}

// nest wraps value into the maps and entries that lead to it.
func nest(path []step, value any) any {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i].index >= 0 {
			value = entry{path[i].index, value}
		} else {
			value = map[string]any{path[i].key: value}
		}
	}
	return value
}

// merge lays the tree over into the tree below: maps key by key, lists entry by entry when they are numbered,
// everything else as a whole.
func merge(over, below map[string]any) error {
	for name, value := range over {
		merged, err := mergeValue(value, below[name])
		if err != nil {
			return err
		}
		below[name] = merged
	}
	return nil
}

func mergeValue(over, below any) (any, error) {
	switch value := over.(type) {
	case map[string]any:
		base, ok := below.(map[string]any)
		if !ok {
			base = map[string]any{}
		}
		return base, merge(value, base)
	case entry:
		list, _ := below.([]any)
		return mergeEntry(value, list)
	}
	return over, nil
}

func mergeEntry(over entry, list []any) (any, error) {
	if over.Index > len(list) {
		return nil, fmt.Errorf("it sets entry %d of a list that has %d", over.Index, len(list))
	}
	if over.Index == len(list) {
		list = append(list, nil)
	}
	merged, err := mergeValue(over.Value, list[over.Index])
	list[over.Index] = merged
	return list, err
}
