package graph

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// deriveGroup adds what follows from a group's other properties.
func deriveGroup(object map[string]any) {
	object["renewedDateTime"] = object["createdDateTime"]
	deriveSID(object)
}

// deriveSID adds the security identifier: it is the object id in another form.
func deriveSID(object map[string]any) {
	id, _ := object["id"].(string)
	object["securityIdentifier"] = sid(id)
}

// sid writes a GUID as Windows does: its bytes in the order of a Windows GUID,
// as four numbers.
func sid(id string) any {
	b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(b) != 16 {
		return nil
	}
	return fmt.Sprintf("S-1-12-1-%d-%d-%d-%d", binary.BigEndian.Uint32(b),
		uint32(binary.BigEndian.Uint16(b[6:]))<<16|uint32(binary.BigEndian.Uint16(b[4:])),
		binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:]))
}
