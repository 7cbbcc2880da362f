package tokencache

import (
	"errors"
	"os"
	"strings"
)

// Names lists the entries of one of the cache's directories. What writers left
// behind or readers set aside is no entry.
func (d Dir) Names(sub string) []string {
	if d == Nowhere {
		return nil
	}
	files, _ := os.ReadDir(d.Path(sub))
	var names []string
	for _, f := range files {
		if n := f.Name(); !strings.HasPrefix(n, tempPrefix) && !strings.HasSuffix(n, asideSuffix) {
			names = append(names, n)
		}
	}
	return names
}

// EveryAccount calls f for each list of accounts that can be read.
func (d Dir) EveryAccount(f func(name string, a Accounts)) {
	for _, name := range d.Names(accountsDir) {
		if a, err := d.Accounts(name); err == nil {
			f(name, a)
		}
	}
}

// EveryToken calls f for each token that can be read, valid or expired.
func (d Dir) EveryToken(f func(key string, e Entry)) {
	for _, key := range d.Names(tokensDir) {
		if e, err := d.Get(key); err == nil {
			f(key, e)
		}
	}
}

// Empty removes every file from one of the cache's directories, also what was
// set aside there.
func (d Dir) Empty(sub string) error { return d.clear(sub, func(string) bool { return true }) }

// Debris removes what nobody reads: files of dead writers, and files set aside.
// No writer may be at work.
func (d Dir) Debris(sub string) error {
	return d.clear(sub, func(n string) bool { return strings.HasPrefix(n, tempPrefix) || strings.HasSuffix(n, asideSuffix) })
}

func (d Dir) clear(sub string, which func(name string) bool) error {
	if d == Nowhere {
		return nil
	}
	files, err := os.ReadDir(d.Path(sub))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	all := err
	for _, f := range files {
		if which(f.Name()) {
			all = errors.Join(all, d.Remove(sub, f.Name()))
		}
	}
	return all
}

// Clear removes all tokens, accounts and resolved domains. Refresh tokens are
// the vault's.
func (d Dir) Clear() error {
	return errors.Join(d.Empty(tokensDir), d.Empty(accountsDir), d.Empty(tenantsDir))
}

// ClearDebris is Debris for all that Clear clears.
func (d Dir) ClearDebris() error {
	return errors.Join(d.Debris(tokensDir), d.Debris(accountsDir), d.Debris(tenantsDir))
}
