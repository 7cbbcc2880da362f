package checks

import (
	"context"
	"sync"
)

// fact is something that several checks want to know and that is found out
// once, by the first who asks.
type fact[T any] struct {
	once  sync.Once
	done  chan struct{}
	value T
	err   error
}

// get returns the fact. The finding out goes on when the one who asked first
// gives up, since others may still wait for it; it ends with the whole case.
func (f *fact[T]) get(ctx, whole context.Context, find func(context.Context) (T, error)) (T, error) {
	f.once.Do(func() {
		f.done = make(chan struct{})
		go func() {
			defer close(f.done)
			f.value, f.err = find(whole)
		}()
	})
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		var zero T
		return zero, context.Cause(ctx)
	}
}
