package entra

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Code is one of Entra ID's AADSTS codes, told for somebody who wants to reach
// a cluster. Entra may change what a code means, so nothing is decided by one:
// OAuth's error and suberror decide, codes only explain.
type Code struct {
	Code    int
	Name    string // Entra's own name; empty where it publishes none
	Meaning string // what happened
	Remedy  string // what ends it
	Who     string // who can do that: one of the constants below
}

// Who can mend what a code reports.
const (
	ByPerson       = "the person who signs in"
	ByTenantAdmin  = "an administrator of the tenant"
	ByClusterAdmin = "whoever set up the cluster"
	ByProgram      = "whoever runs this command, with other arguments"
)

// AADSTS returns what is known of a code. False means that this program does
// not know it, not that Entra does not have it.
func AADSTS(code int) (Code, bool) {
	for _, table := range [][]Code{signInCodes, appCodes} {
		i, ok := slices.BinarySearchFunc(table, code, func(c Code, want int) int { return cmp.Compare(c.Code, want) })
		if ok {
			return table[i], true
		}
	}
	return Code{}, false
}

// AADSTSCodes lists every known code, in the order of the numbers.
func AADSTSCodes() []Code {
	all := slices.Concat(signInCodes, appCodes)
	slices.SortFunc(all, func(a, b Code) int { return cmp.Compare(a.Code, b.Code) })
	return all
}

const aadsts = "AADSTS"

// ParseAADSTS reads a code as people paste it: "AADSTS50057", "aadsts50057:"
// or "50057".
func ParseAADSTS(s string) (int, bool) {
	s = strings.TrimSuffix(strings.TrimSpace(s), ":")
	if len(s) > len(aadsts) && strings.EqualFold(s[:len(aadsts)], aadsts) {
		s = s[len(aadsts):]
	}
	if s == "" || len(s) > 9 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n > 0
}

// AADSTSIn finds the codes that a text names as AADSTS and digits, none twice.
func AADSTSIn(text string) []int {
	var codes []int
	for {
		i := strings.Index(text, aadsts)
		if i < 0 {
			return codes
		}
		text = text[i+len(aadsts):]
		digits := text[:len(text)-len(strings.TrimLeft(text, "0123456789"))]
		if n, ok := ParseAADSTS(digits); ok && !slices.Contains(codes, n) {
			codes = append(codes, n)
		}
	}
}
