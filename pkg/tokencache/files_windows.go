package tokencache

import (
	"io/fs"
	"os"
)

// On Windows the profile directory's access list keeps others out, and mode
// bits say nothing.

func openNoFollow(path string) (*os.File, error) { return os.Open(path) }

func ownedByUser(fs.FileInfo) bool { return true }

func loose(fs.FileInfo) bool { return false }
