// Package tokencache keeps access tokens and what is known of accounts in small
// files of one directory, so that any number of processes can read without a
// lock. It asks nobody for a token, takes no lock, and does not hold refresh
// tokens (pkg/tokencache/vault does).
package tokencache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Dir is a cache directory.
type Dir string

// Nowhere is a cache that holds nothing and takes everything.
const Nowhere Dir = ""

// The directories in it.
const (
	tokensDir   = "tokens"
	accountsDir = "accounts"
	tenantsDir  = "tenants"
)

// Locate returns the cache directory: the one given, else $KUBECACHEDIR/aad,
// else ~/.kube/cache/aad. The error says that there is no home directory.
func Locate(explicit string, getenv func(string) string) (Dir, error) {
	if explicit != "" {
		return Dir(explicit), nil
	}
	if base := getenv("KUBECACHEDIR"); base != "" {
		return Dir(filepath.Join(base, "aad")), nil
	}
	home := getenv("HOME")
	if home == "" {
		home = getenv("USERPROFILE")
	}
	if home == "" {
		return "", errors.New("no home directory for the cache: set HOME, KUBECACHEDIR or --cache-dir")
	}
	return Dir(filepath.Join(home, ".kube", "cache", "aad")), nil
}

// Path returns the path of a file in the cache.
func (d Dir) Path(elem ...string) string {
	return filepath.Join(append([]string{string(d)}, elem...)...)
}

// maxFile is the largest file that is read, in bytes; tokens have at most 64 KiB.
const maxFile = 256 << 10

// ErrMiss is returned when there is no such entry.
var ErrMiss = errors.New("not in the cache")

// ErrLoose is returned for files of the user that others may read or write: see
// Tighten.
var ErrLoose = errors.New("others have access to it")

// Read returns the content of a file of the cache. A file that is not the
// user's own, or that others can reach, is an error: see Tighten.
func (d Dir) Read(sub, name string) ([]byte, error) {
	if d == Nowhere {
		return nil, ErrMiss
	}
	for _, dir := range []string{string(d), d.Path(sub)} {
		info, err := os.Lstat(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, ErrMiss
		}
		if err != nil {
			return nil, err
		}
		if err := private(dir, info, dir == string(d)); err != nil {
			return nil, err
		}
	}
	path := d.Path(sub, name)
	f, err := openNoFollow(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrMiss
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, fmt.Errorf("%s: not a file of this cache", path)
	}
	if err := private(path, info, false); err != nil {
		return nil, err
	}
	data := make([]byte, info.Size())
	n, err := f.ReadAt(data, 0)
	if n != len(data) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

// private checks that nobody else reaches a file or directory. The cache's own
// directory may be a link: people put caches on other disks.
func private(path string, info fs.FileInfo, linkAllowed bool) error {
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Stat(path)
		if err != nil || !linkAllowed {
			return fmt.Errorf("%s: is a link", path)
		}
		info = target
	}
	if !ownedByUser(info) {
		return fmt.Errorf("%s: belongs to another user", path)
	}
	if loose(info) {
		return fmt.Errorf("%s: %w", path, ErrLoose)
	}
	return nil
}
