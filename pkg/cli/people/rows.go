// Package people finds the principals that commands are about: it reads
// arguments, lists and CSV, and asks the directory. What is done to them is the
// commands' own.
package people

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Row is one principal as somebody named it, and what the row says besides;
// what is empty is left to the command line.
type Row struct {
	Ref        directory.Ref
	Roles      []binding.Role
	Namespaces []string
	Cluster    bool // the whole cluster
	Reason     string
}

// maxList is the largest list that is read, in bytes: 100,000 principals fit.
const maxList = 16 << 20

// Rows reads the arguments, each a principal, or "-" for a list on in, and the
// files. Errors are of kind fault.Usage and say where.
func Rows(args, files []string, in io.Reader) ([]Row, error) {
	var rows []Row
	for _, arg := range args {
		if arg == "-" {
			list, err := parse("stdin", in)
			if err != nil {
				return nil, err
			}
			rows = append(rows, list...)
			continue
		}
		ref, err := directory.ParseRef(arg)
		if err != nil {
			return nil, err
		}
		rows = append(rows, Row{Ref: ref})
	}
	for _, name := range files {
		list, err := readFile(name, in)
		if err != nil {
			return nil, err
		}
		rows = append(rows, list...)
	}
	return rows, nil
}

func readFile(name string, in io.Reader) ([]Row, error) {
	if name == "-" {
		return parse("stdin", in)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fault.Wrap(fault.Usage, "read the list of principals", err)
	}
	defer file.Close()
	return parse(name, file)
}

// parse reads a list: a principal a line, or CSV whose first line names its
// columns. Empty lines and those that begin with # are left out.
func parse(name string, in io.Reader) ([]Row, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxList+1))
	switch {
	case err != nil:
		return nil, fault.Wrap(fault.Usage, "read "+name, err)
	case len(data) > maxList:
		return nil, fault.Newf(fault.Usage, "%s: more than %d MiB are no list of principals", name, maxList>>20)
	case !utf8.Valid(data):
		return nil, fault.Newf(fault.Usage, "%s: the list is not in UTF-8", name)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // spreadsheets write it
	if comma, ok := header(data); ok {
		return table(name, data, comma)
	}
	var rows []Row
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		ref, err := directory.ParseRef(line)
		if err != nil {
			return nil, fault.Wrap(fault.Usage, fmt.Sprintf("%s, line %d", name, i+1), err)
		}
		rows = append(rows, Row{Ref: ref})
	}
	return rows, nil
}

// header reports whether data is CSV: its first line has a column "principal".
// Spreadsheets of some countries put semicolons between columns.
func header(data []byte) (comma rune, ok bool) {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	for _, comma := range []rune{',', ';', '\t'} {
		for word := range strings.SplitSeq(string(line), string(comma)) {
			if column(word) == "principal" {
				return comma, true
			}
		}
	}
	return 0, false
}

func column(word string) string {
	return strings.ToLower(strings.Trim(strings.TrimSpace(word), `"`))
}

func table(name string, data []byte, comma rune) ([]Row, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.Comment, r.TrimLeadingSpace = comma, '#', true
	columns, err := r.Read()
	if err != nil {
		return nil, fault.Wrap(fault.Usage, name, err)
	}
	for i, c := range columns {
		if columns[i] = column(c); !known(columns[i]) {
			return nil, fault.Newf(fault.Usage, "%s, line 1: no column is called %q: use principal, role, namespace and reason", name, c)
		}
	}
	var rows []Row
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fault.Wrap(fault.Usage, name, err) // it says the line
		}
		row, err := fill(columns, fields)
		if err != nil {
			line, _ := r.FieldPos(0)
			return nil, fault.Wrap(fault.Usage, fmt.Sprintf("%s, line %d", name, line), err)
		}
		rows = append(rows, row)
	}
}

func known(column string) bool {
	return column == "principal" || column == "role" || column == "namespace" || column == "reason"
}

// fill reads one line. Roles and namespaces may be several, with spaces
// between them; the namespace * is the whole cluster.
func fill(columns, fields []string) (row Row, err error) {
	for i, text := range fields {
		text = strings.TrimSpace(text)
		switch columns[i] {
		case "principal":
			if row.Ref, err = directory.ParseRef(text); err != nil {
				return row, err
			}
		case "role":
			for word := range strings.FieldsSeq(text) {
				role, err := binding.ParseRole(word)
				if err != nil {
					return row, err
				}
				row.Roles = append(row.Roles, role)
			}
		case "namespace":
			if row.Cluster = text == "*"; !row.Cluster && text != "" {
				row.Namespaces = strings.Fields(text)
			}
		case "reason":
			row.Reason = text
		}
	}
	for _, role := range row.Roles {
		if row.Cluster && role.Kind == binding.KindRole {
			return row, fault.Newf(fault.Usage, "%s is a role of one namespace and cannot be given in the whole cluster", role)
		}
	}
	return row, nil
}
