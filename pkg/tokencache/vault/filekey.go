package vault

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// FileKey is a key in a file of the cache that only its user can read. It
// protects copies of single entries, not of the whole directory.
type FileKey struct{ Dir tokencache.Dir }

const (
	keyDir    = "key"
	keyName   = "current"
	fileClass = "file"
)

type keyFile struct {
	ID  string `json:"id"`
	Key []byte `json:"key"`
}

// Class implements KeyStore.
func (FileKey) Class() string { return fileClass }

// Key implements KeyStore.
func (f FileKey) Key(id string) (Key, error) {
	k, err := f.read()
	switch {
	case err == nil && (id == "" || id == k.ID):
		return k, nil
	case err == nil, id != "" && errors.Is(err, tokencache.ErrMiss):
		return Key{}, ErrNoKey
	case errors.Is(err, tokencache.ErrUnreadable):
		// What it sealed is lost with it; whoever asked for an old key is told.
		if aerr := f.Dir.Aside(keyDir, keyName); aerr != nil {
			return Key{}, aerr
		}
		return f.Key(id)
	case !errors.Is(err, tokencache.ErrMiss):
		return Key{}, err
	}
	return f.create()
}

func (f FileKey) read() (Key, error) {
	data, err := f.Dir.Read(keyDir, keyName)
	if err != nil {
		return Key{}, err
	}
	var k keyFile
	if json.Unmarshal(data, &k) != nil || k.ID == "" || len(k.Key) != KeySize {
		return Key{}, tokencache.ErrUnreadable
	}
	return Key{ID: k.ID, Bytes: k.Key}, nil
}

// create makes the first key. Two processes may do so at once: the one that is
// first keeps its key, and both use it.
func (f FileKey) create() (Key, error) {
	k, err := NewKey(fileClass)
	if err != nil {
		return Key{}, err
	}
	data, err := json.Marshal(keyFile{ID: k.ID, Key: k.Bytes})
	if err != nil {
		return Key{}, err
	}
	if err := f.Dir.Create(keyDir, keyName, data); err != nil {
		return Key{}, fmt.Errorf("make the cache's key: %w", err)
	}
	return f.read()
}
