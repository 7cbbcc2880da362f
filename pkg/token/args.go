package token

import (
	"slices"
	"strings"
)

// Arg is one flag of a command line, or something else that is kept as it is.
type Arg struct {
	Flag  string   // its name in the table; empty for what the table does not know
	Value string   // "true" for a switch without a value
	Raw   []string // as written: one or two words
}

// SplitArgs reads a credential plugin's arguments without judging them: for
// whoever changes one and keeps the others.
func SplitArgs(args []string) []Arg {
	var list []Arg
	for len(args) > 0 {
		n, name, value := 1, "", ""
		f, known, rest, inline := spelling(args[0])
		switch {
		case !known:
		case inline:
			name, value = f.Name, rest
		case f.Value == "":
			name, value = f.Name, "true"
		case len(args) > 1:
			n, name, value = 2, f.Name, args[1]
		}
		list = append(list, Arg{name, value, args[:n:n]})
		args = args[n:]
	}
	return list
}

// spelling takes one word apart: the flag it names, and the value in it.
func spelling(word string) (f Flag, known bool, value string, inline bool) {
	if long, ok := strings.CutPrefix(word, "--"); ok {
		long, value, inline = strings.Cut(long, "=")
		f, known = findFlag(long)
		return f, known, value, inline
	}
	if len(word) < 2 || word[0] != '-' {
		return Flag{}, false, "", false
	}
	f, known = findShorthand(word[1:2])
	return f, known, strings.TrimPrefix(word[2:], "="), len(word) > 2
}

// JoinArgs is the way back.
func JoinArgs(list []Arg) []string {
	var args []string
	for _, a := range list {
		args = append(args, a.Raw...)
	}
	return args
}

// WithFlag returns args with a flag set: where it stands, else at the end. All
// others stay as they are written.
func WithFlag(args []string, name, value string) []string {
	list := SplitArgs(args)
	is := func(a Arg) bool { return a.Flag == name }
	at := slices.IndexFunc(list, is)
	if at < 0 {
		return JoinArgs(AddFlag(list, name, value))
	}
	list = slices.DeleteFunc(list, is)
	return JoinArgs(slices.Insert(list, at, Arg{name, value, []string{"--" + name, value}}))
}

// AddFlag puts a flag at the end, and before a last flag that may lack its
// value: that would take this one's name for it.
func AddFlag(list []Arg, name, value string) []Arg {
	at := len(list)
	if at > 0 {
		if last := list[at-1]; last.Flag == "" && strings.HasPrefix(last.Raw[0], "-") {
			at--
		}
	}
	return slices.Insert(list, at, Arg{name, value, []string{"--" + name, value}})
}

// WithoutFlag returns args without a flag.
func WithoutFlag(args []string, name string) []string {
	return JoinArgs(slices.DeleteFunc(SplitArgs(args), func(a Arg) bool { return a.Flag == name }))
}
