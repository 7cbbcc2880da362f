package token

import (
	"fmt"
	"slices"
	"strings"
)

// The values of --token-store.
const (
	StoreAuto    = "auto"    // the system's where it answers, else a file
	StoreSystem  = "system"  // the system's key store: without it nothing is kept
	StoreKeyring = "keyring" // the Linux kernel's, which forgets at reboot
	StoreFile    = "file"
	StoreMemory  = "memory" // nothing is read or kept
)

// Stores lists the values of --token-store.
func Stores() []string { return []string{StoreAuto, StoreSystem, StoreKeyring, StoreFile, StoreMemory} }

// FindStore checks a value of --token-store; empty is auto.
func FindStore(name string) (string, error) {
	if name == "" {
		return StoreAuto, nil
	}
	if !slices.Contains(Stores(), name) {
		return "", fmt.Errorf("--token-store %q: it is one of %s", name, strings.Join(Stores(), ", "))
	}
	return name, nil
}
