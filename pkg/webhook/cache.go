package webhook

import (
	"container/list"
	"sync"
	"time"
)

// cache keeps values until their time has come or a budget of bytes is used
// up; then the least recently used go first. It may be used concurrently.
type cache[K comparable, V any] struct {
	mu     sync.Mutex
	budget int
	used   int
	order  *list.List // of *entry, most recently used first
	byKey  map[K]*list.Element
}

type entry[K comparable, V any] struct {
	key   K
	value V
	until time.Time
	size  int
}

// entryOverhead is about what an entry costs beside its value, in bytes.
const entryOverhead = 256

func newCache[K comparable, V any](budget int) *cache[K, V] {
	return &cache[K, V]{budget: budget, order: list.New(), byKey: map[K]*list.Element{}}
}

func (c *cache[K, V]) get(key K, now time.Time) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.byKey[key]; ok {
		e := el.Value.(*entry[K, V])
		if now.Before(e.until) {
			c.order.MoveToFront(el)
			return e.value, true
		}
		c.remove(el)
	}
	var none V
	return none, false
}

// put keeps value, of size bytes, until a moment. What is larger than the whole
// budget is not kept.
func (c *cache[K, V]) put(key K, value V, size int, until time.Time) {
	size += entryOverhead
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.byKey[key]; ok {
		c.remove(el)
	}
	if size > c.budget {
		return
	}
	c.byKey[key] = c.order.PushFront(&entry[K, V]{key, value, until, size})
	for c.used += size; c.used > c.budget; {
		c.remove(c.order.Back())
	}
}

func (c *cache[K, V]) remove(el *list.Element) {
	e := c.order.Remove(el).(*entry[K, V])
	delete(c.byKey, e.key)
	c.used -= e.size
}
