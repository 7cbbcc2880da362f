package secretservice

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// The names of the API (freedesktop.org, Secret Service API, draft 0.2).
const (
	service    = "org.freedesktop.Secret.Service"
	collection = "org.freedesktop.Secret.Collection"
	item       = "org.freedesktop.Secret.Item"
	busName    = "org.freedesktop.secrets"
	root       = dbus.ObjectPath("/org/freedesktop/secrets")
)

// label is what a person reads in the keyring's own window.
const label = "kubectl aad: key of the saved sign-ins"

// The attributes by which our items are found.
const (
	attrApp = "application"
	attrID  = "key-id"
	app     = "kubectl-aad"
)

// secret is the API's Secret structure.
type secret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

// conn is a session with the service. The secret goes over the session bus as
// it is: the bus is this user's own.
type conn struct {
	ctx     context.Context
	bus     *dbus.Conn
	session dbus.ObjectPath
	vault   dbus.ObjectPath // the default collection
}

// dial opens a session with the service's default collection.
func dial(ctx context.Context, address string) (*conn, error) {
	bus, err := dbus.Dial(address, dbus.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	c := &conn{ctx: ctx, bus: bus}
	if err := c.open(); err != nil {
		c.close()
		if ctx.Err() != nil { // which closed the bus under the call
			err = ctx.Err()
		}
		return nil, err
	}
	return c, nil
}

func (c *conn) open() error {
	if err := c.bus.Auth(nil); err != nil {
		return err
	}
	if err := c.bus.Hello(); err != nil {
		return err
	}
	var none dbus.Variant
	if err := c.call(root, service+".OpenSession", []any{"plain", dbus.MakeVariant("")}, &none, &c.session); err != nil {
		return err
	}
	if err := c.call(root, service+".ReadAlias", []any{"default"}, &c.vault); err != nil {
		return err
	}
	if c.vault == "/" || c.vault == "" {
		return errors.New("it has no default collection")
	}
	var locked dbus.Variant
	if err := c.call(c.vault, "org.freedesktop.DBus.Properties.Get", []any{collection, "Locked"}, &locked); err != nil {
		return err
	}
	if is, ok := locked.Value().(bool); !ok || is {
		return errors.New("its default collection is locked")
	}
	return nil
}

func (c *conn) close() { _ = c.bus.Close() }

func (c *conn) call(path dbus.ObjectPath, method string, args []any, out ...any) error {
	return c.bus.Object(busName, path).CallWithContext(c.ctx, method, 0, args...).Store(out...)
}

// find returns the key with an id; for an empty one the first of all, so that
// everybody who looks finds the same.
func (c *conn) find(id string) (vault.Key, error) {
	attrs := map[string]string{attrApp: app}
	if id != "" {
		attrs[attrID] = id
	}
	var open, locked []dbus.ObjectPath
	if err := c.call(root, service+".SearchItems", []any{attrs}, &open, &locked); err != nil {
		return vault.Key{}, unreachable(err)
	}
	found := map[string]dbus.ObjectPath{}
	var ids []string
	for _, path := range open {
		if name, err := c.id(path); err == nil && strings.HasPrefix(name, class+":") {
			found[name] = path
			ids = append(ids, name)
		}
	}
	if len(ids) == 0 {
		if len(locked) > 0 {
			return vault.Key{}, unreachable(errors.New("the item with the key is locked"))
		}
		return vault.Key{}, fmt.Errorf("%w: the Secret Service does not have it", vault.ErrNoKey)
	}
	slices.Sort(ids)
	// What is no key is passed over: it would hide those behind it, and each
	// call would make one more.
	var all error
	for _, id := range ids {
		var s secret
		if err := c.call(found[id], item+".GetSecret", []any{c.session}, &s); err != nil {
			return vault.Key{}, unreachable(err)
		}
		key, err := decode(id, s.Value)
		if err == nil {
			return key, nil
		}
		all = err
	}
	return vault.Key{}, all
}

// id returns the key id that an item carries.
func (c *conn) id(path dbus.ObjectPath) (string, error) {
	var v dbus.Variant
	if err := c.call(path, "org.freedesktop.DBus.Properties.Get", []any{item, "Attributes"}, &v); err != nil {
		return "", err
	}
	attrs, _ := v.Value().(map[string]string)
	return attrs[attrID], nil
}

// create keeps a key. A service that would ask a person first is refused.
func (c *conn) create(key vault.Key) error {
	properties := map[string]dbus.Variant{
		item + ".Label":      dbus.MakeVariant(label),
		item + ".Attributes": dbus.MakeVariant(map[string]string{attrApp: app, attrID: key.ID}),
	}
	var made, prompt dbus.ObjectPath
	s := secret{Session: c.session, Value: []byte(hex.EncodeToString(key.Bytes)), ContentType: "text/plain"}
	if err := c.call(c.vault, collection+".CreateItem", []any{properties, s, false}, &made, &prompt); err != nil {
		return unreachable(err)
	}
	if made == "/" || made == "" {
		return unreachable(errors.New("it wants to ask a person first"))
	}
	return nil
}
