package tokencache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Write puts a file into the cache: a temporary file, fsync, rename. Readers
// see the old content or the new, and never a part. Directories are made 0700
// and files 0600.
func (d Dir) Write(sub, name string, data []byte) error { return d.replace(sub, name, data, true) }

// Replace is Write without fsync, for what a crash may take.
func (d Dir) Replace(sub, name string, data []byte) error { return d.replace(sub, name, data, false) }

// Create is Write that keeps the file that is there, which is no error.
func (d Dir) Create(sub, name string, data []byte) error {
	if d == Nowhere {
		return nil
	}
	temp, err := d.temporary(sub, data, true)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	// A link fails where a name exists and, unlike O_EXCL, shows no empty file.
	err = os.Link(temp, d.Path(sub, name))
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err = os.Rename(temp, d.Path(sub, name)); err != nil { // a file system without links
		return fmt.Errorf("write to the cache: %w", err)
	}
	return nil
}

func (d Dir) replace(sub, name string, data []byte, sync bool) error {
	if d == Nowhere {
		return nil
	}
	temp, err := d.temporary(sub, data, sync)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, d.Path(sub, name)); err != nil {
		_ = os.Remove(temp)
		return fmt.Errorf("write to the cache: %w", err)
	}
	return nil
}

// temporary writes a complete file beside the place where it will be.
func (d Dir) temporary(sub string, data []byte, sync bool) (string, error) {
	if err := d.Prepare(sub); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(d.Path(sub), tempPrefix+"*")
	if err != nil {
		return "", fmt.Errorf("write to the cache: %w", err)
	}
	_, err = f.Write(data)
	if err == nil && sync {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return "", fmt.Errorf("write to the cache: %w", err)
	}
	return f.Name(), nil
}

const tempPrefix = ".tmp-"

// Prepare makes the cache's directories. It refuses those of somebody else and
// never changes the mode of what it did not make: see Tighten.
func (d Dir) Prepare(sub string) error {
	if err := os.MkdirAll(filepath.Dir(string(d)), 0o755); err != nil {
		return fmt.Errorf("make the cache directory: %w", err)
	}
	for _, dir := range []string{string(d), d.Path(sub)} {
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("make the cache directory: %w", err)
		}
		info, err := os.Lstat(dir)
		if err != nil {
			return fmt.Errorf("cache directory: %w", err)
		}
		if err := private(dir, info, dir == string(d)); err != nil && !errors.Is(err, ErrLoose) {
			return fmt.Errorf("cache directory: %w", err)
		}
	}
	return nil
}

// Tighten takes away others' access to the user's own cache and returns what
// it had to change. Files that others could have written are set aside: their
// content is anybody's.
func (d Dir) Tighten() (changed []string) {
	if d == Nowhere {
		return nil
	}
	_ = filepath.WalkDir(string(d), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		info, err := e.Info()
		if err != nil || !(info.IsDir() || info.Mode().IsRegular()) || !ownedByUser(info) || !loose(info) {
			return nil
		}
		mode := fs.FileMode(0o600)
		if info.IsDir() {
			mode = 0o700
		}
		if os.Chmod(path, mode) != nil {
			return nil
		}
		changed = append(changed, path)
		if !info.IsDir() && info.Mode().Perm()&0o022 != 0 {
			_ = os.Rename(path, path+asideSuffix)
		}
		return nil
	})
	return changed
}

const asideSuffix = ".unreadable"

// Aside moves a file that cannot be read out of the way. One is kept for
// whoever wants to look; the next replaces it.
func (d Dir) Aside(sub, name string) error {
	if d == Nowhere {
		return nil
	}
	path := d.Path(sub, name)
	return os.Rename(path, path+asideSuffix)
}

// Remove deletes an entry; it is no error when there is none.
func (d Dir) Remove(sub, name string) error {
	if d == Nowhere {
		return nil
	}
	err := os.Remove(d.Path(sub, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Sweep removes the temporary files of writers that died more than an hour ago.
func (d Dir) Sweep(sub string, now time.Time) error {
	if d == Nowhere {
		return nil
	}
	dead, err := filepath.Glob(d.Path(sub, tempPrefix+"*"))
	if err != nil {
		return err
	}
	for _, path := range dead {
		if info, err := os.Lstat(path); err == nil && now.Sub(info.ModTime()) > time.Hour {
			_ = os.Remove(path)
		}
	}
	return nil
}
