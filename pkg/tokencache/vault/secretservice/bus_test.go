package secretservice

import (
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// fake is a Secret Service that does what a test wants.
type fake struct {
	bus *dbus.Conn

	mu     sync.Mutex
	items  map[dbus.ObjectPath]map[string]string
	values map[dbus.ObjectPath][]byte

	alias   dbus.ObjectPath
	locked  bool          // the collection
	hidden  bool          // its items are locked
	prompts bool          // it asks a person before it keeps anything
	hang    chan struct{} // calls wait for it
}

const chest = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")

// pretend puts a fake on a bus.
func pretend(t *testing.T, address string, f *fake) {
	t.Helper()
	c, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	f.bus, f.items, f.values = c, map[dbus.ObjectPath]map[string]string{}, map[dbus.ObjectPath][]byte{}
	if f.alias == "" {
		f.alias = chest
	}
	for _, e := range []struct {
		path dbus.ObjectPath
		name string
	}{{root, service}, {chest, collection}} {
		if err := c.Export(f, e.path, e.name); err != nil {
			t.Fatal(err)
		}
	}
	f.properties(t, chest, collection, map[string]*prop.Prop{"Locked": {Value: f.locked}})
	if _, err := c.RequestName(busName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
}

func (f *fake) properties(t *testing.T, path dbus.ObjectPath, name string, p map[string]*prop.Prop) {
	if _, err := prop.Export(f.bus, path, prop.Map{name: p}); err != nil {
		t.Error(err)
	}
}

func (f *fake) OpenSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	if f.hang != nil {
		<-f.hang
	}
	return dbus.MakeVariant(""), "/org/freedesktop/secrets/session/1", nil
}

func (f *fake) ReadAlias(string) (dbus.ObjectPath, *dbus.Error) { return f.alias, nil }

func (f *fake) SearchItems(attrs map[string]string) (open, locked []dbus.ObjectPath, _ *dbus.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for path, has := range f.items {
		fits := true
		for k, v := range attrs {
			fits = fits && has[k] == v
		}
		switch {
		case fits && f.hidden:
			locked = append(locked, path)
		case fits:
			open = append(open, path)
		}
	}
	return open, locked, nil
}

func (f *fake) CreateItem(p map[string]dbus.Variant, s secret, _ bool) (dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	if f.prompts {
		return "/", "/org/freedesktop/secrets/prompt/1", nil
	}
	attrs, _ := p[item+".Attributes"].Value().(map[string]string)
	return f.put(attrs, s.Value), "/", nil
}

func (f *fake) put(attrs map[string]string, value []byte) dbus.ObjectPath {
	f.mu.Lock()
	defer f.mu.Unlock()
	path := chest + dbus.ObjectPath("/"+string(rune('a'+len(f.items))))
	f.items[path], f.values[path] = attrs, value
	_ = f.bus.Export(one{f, path}, path, item)
	_, _ = prop.Export(f.bus, path, prop.Map{item: {"Attributes": {Value: attrs}}})
	return path
}

// one is an item of a fake.
type one struct {
	f    *fake
	path dbus.ObjectPath
}

func (o one) GetSecret(session dbus.ObjectPath) (secret, *dbus.Error) {
	o.f.mu.Lock()
	defer o.f.mu.Unlock()
	return secret{Session: session, Value: o.f.values[o.path], ContentType: "text/plain"}, nil
}
