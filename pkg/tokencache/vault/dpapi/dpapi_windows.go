package dpapi

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// noWindow is CRYPTPROTECT_UI_FORBIDDEN.
const noWindow = 0x1

// Windows is the API of this system.
type Windows struct{}

// Protect implements API.
func (Windows) Protect(plain []byte) ([]byte, error) {
	var out windows.DataBlob
	if err := windows.CryptProtectData(blob(plain), nil, nil, 0, nil, noWindow, &out); err != nil {
		return nil, err
	}
	return taken(out), nil
}

// Unprotect implements API. An empty text is an error of Windows.
func (Windows) Unprotect(protected []byte) ([]byte, error) {
	var out windows.DataBlob
	if err := windows.CryptUnprotectData(blob(protected), nil, nil, 0, nil, noWindow, &out); err != nil {
		return nil, err
	}
	return taken(out), nil
}

func blob(data []byte) *windows.DataBlob {
	return &windows.DataBlob{Size: uint32(len(data)), Data: unsafe.SliceData(data)}
}

// taken copies what Windows has allocated, and gives that back.
func taken(b windows.DataBlob) []byte {
	defer func() { _, _ = windows.LocalFree(windows.Handle(unsafe.Pointer(b.Data))) }()
	return append([]byte(nil), unsafe.Slice(b.Data, b.Size)...)
}
