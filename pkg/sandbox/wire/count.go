package wire

import (
	"cmp"
	"slices"
	"sync"
)

// Count says how often a route was asked for.
type Count struct {
	Service string `json:"service"`
	Method  string `json:"method"`
	Route   string `json:"route"`
	Count   int    `json:"count"`
}

type counts struct {
	mu sync.Mutex
	n  map[Count]int // by Count with Count 0
}

func (c *counts) add(service, method, route string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[Count]int{}
	}
	c.n[Count{Service: service, Method: method, Route: route}]++
}

func (c *counts) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n = nil
}

func (c *counts) list() []Count {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Count, 0, len(c.n))
	for k, n := range c.n {
		k.Count = n
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Route, b.Route), cmp.Compare(a.Method, b.Method))
	})
	return out
}
