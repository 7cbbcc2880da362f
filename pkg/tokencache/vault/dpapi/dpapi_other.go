//go:build !windows

// Package dpapi is empty on this system: see its other file.
package dpapi
