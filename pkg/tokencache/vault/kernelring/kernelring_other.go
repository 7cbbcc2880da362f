//go:build !linux

// Package kernelring is empty on this system: see its other file.
package kernelring
