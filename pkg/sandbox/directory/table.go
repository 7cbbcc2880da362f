package directory

import (
	"slices"
	"strings"
	"time"
)

// table holds the objects of one type in the order in which they came. Keys
// are second names (UPN, client id) and are compared without case.
type table[T any] struct {
	rows map[string]*row[T]
	ids  []string
	keys map[string]string // key → id
	key  func(*T) []string
}

type row[T any] struct {
	value   *T
	visible time.Time
}

func newTable[T any](key func(*T) []string) *table[T] {
	return &table[T]{rows: map[string]*row[T]{}, keys: map[string]string{}, key: key}
}

func fold(s string) string { return strings.ToLower(s) }

// put adds v, or puts it in the place of the object that had its id.
func (t *table[T]) put(id string, v *T, visible time.Time) {
	id = fold(id)
	if old, ok := t.rows[id]; ok {
		t.dropKeys(id, old.value)
		visible = old.visible
	} else {
		t.ids = append(t.ids, id)
	}
	t.rows[id] = &row[T]{value: v, visible: visible}
	for _, k := range t.key(v) {
		if _, taken := t.keys[fold(k)]; !taken { // of namesakes the first is meant
			t.keys[fold(k)] = id
		}
	}
}

func (t *table[T]) dropKeys(id string, v *T) {
	for _, k := range t.key(v) {
		if t.keys[fold(k)] == id {
			delete(t.keys, fold(k))
		}
	}
}

func (t *table[T]) remove(id string) {
	id = fold(id)
	if old, ok := t.rows[id]; ok {
		t.dropKeys(id, old.value)
		delete(t.rows, id)
		t.ids = slices.DeleteFunc(t.ids, func(s string) bool { return s == id })
	}
}

// get returns the object of an id if it can be seen at that moment.
func (t *table[T]) get(id string, at time.Time) (*T, bool) {
	r, ok := t.rows[fold(id)]
	if !ok || r.visible.After(at) {
		return nil, false
	}
	return r.value, true
}

// byKey returns the object of a key if it can be seen at that moment.
func (t *table[T]) byKey(key string, at time.Time) (*T, bool) {
	id, ok := t.keys[fold(key)]
	if !ok {
		return nil, false
	}
	return t.get(id, at)
}

// has reports whether a key is taken, seen or not.
func (t *table[T]) has(key string) bool {
	_, ok := t.keys[fold(key)]
	return ok
}

// list returns what can be seen at that moment, oldest first.
func (t *table[T]) list(at time.Time) []*T {
	out := make([]*T, 0, len(t.ids))
	for _, id := range t.ids {
		if r := t.rows[id]; !r.visible.After(at) {
			out = append(out, r.value)
		}
	}
	return out
}
