package bindings

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// The page's parts. It holds all that it needs: no browser asks anybody for more.
var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string
)

// line is somebody on the page, with all that reaches them.
type line struct {
	Name   string  `json:"name"`
	Kind   string  `json:"kind"`
	ID     string  `json:"id"`
	Detail string  `json:"detail,omitempty"` // display name
	Access []entry `json:"access"`
}

// entry is one role somewhere and the path to it.
type entry struct {
	Namespace string   `json:"ns"` // "*" is the whole cluster
	Role      string   `json:"role"`
	Path      []string `json:"path"`
	Owner     string   `json:"owner"`
	Expires   string   `json:"expires,omitempty"`
	Expired   bool     `json:"expired,omitempty"`
	Reason    string   `json:"reason,omitempty"`
	Note      string   `json:"note,omitempty"`
}

// content is what the page shows.
type content struct {
	Server string `json:"server"`
	At     string `json:"at"`
	Notice string `json:"notice,omitempty"`
	Lines  []line `json:"lines"`
}

// page writes the page for people.
func (o *options) page(ctx context.Context, w *World, list []audit.Access) error {
	c := content{Server: safetext.Clean(w.Cluster.Server()), At: w.Now().UTC().Format("2006-01-02 15:04 UTC")}
	b := &builder{now: w.Now(), lines: map[string]*line{}}
	for _, a := range list {
		b.add(a)
	}
	switch {
	case w.Directory == nil:
		c.Notice = "The directory could not be read: object ids stand without names, and the members of groups are not shown."
	case o.for_ == "":
		notice, err := b.expand(ctx, w, list, o.maxMembers)
		if err != nil && !optional(err) {
			return err
		}
		if c.Notice = notice; err != nil {
			c.Notice = "The members of groups could not be read, and are not shown."
		}
	}
	for _, u := range w.Unread {
		c.Notice = strings.TrimSpace(fmt.Sprintf("%s The %s plane could not be read: what it gives is missing here.", c.Notice, u.Plane))
	}
	for _, key := range slices.Sorted(maps.Keys(b.lines)) {
		c.Lines = append(c.Lines, *b.lines[key])
	}
	return render(w.Out, c)
}

// builder gathers entries by whom they reach.
type builder struct {
	now   time.Time
	lines map[string]*line
}

func (b *builder) line(name, kind, id, detail string) *line {
	key := safetext.Clean(name) + "\x00" + id + "\x00" + kind
	if b.lines[key] == nil {
		b.lines[key] = &line{Name: safetext.Clean(name), Kind: kind, ID: safetext.Clean(id), Detail: safetext.Clean(detail), Access: []entry{}}
	}
	return b.lines[key]
}

func (b *builder) add(a audit.Access) {
	id := a.Subject.Name
	if a.Principal != nil {
		id = string(a.Principal.ID)
	}
	l := b.line(a.Name(), a.Kind(), id, displayName(a))
	l.Access = append(l.Access, b.entry(a, a.Via, l.Name))
}

// entry is one way of access; the path goes from whom it reaches to the role.
func (b *builder) entry(a audit.Access, via []entra.Principal, who string) entry {
	e := entry{Namespace: a.Binding.Reach(), Role: safetext.Clean(a.Binding.Role.String()), Owner: string(a.Binding.Owner),
		Expires: expiry(a.Binding, b.now), Expired: a.Binding.Expired(b.now), Reason: safetext.Clean(a.Binding.Reason), Note: safetext.Clean(a.Note)}
	e.Path = append(e.Path, who)
	for _, g := range via {
		e.Path = append(e.Path, "group "+safetext.Clean(g.Name))
	}
	e.Path = append(e.Path, safetext.Clean(a.Binding.Place()), e.Role)
	return e
}

// expand adds the members of the groups that are bound, through other groups
// too.
func (b *builder) expand(ctx context.Context, w *World, list []audit.Access, most int) (string, error) {
	known := map[entra.ObjectID]entra.Principal{}
	bare := audit.Nesting{Prefix: w.Mapper.Naming.Groups.Prefix}
	var bound []entra.ObjectID
	for _, a := range list {
		id, isGroup := bare.Group(a.Subject)
		if a.Principal != nil && a.Principal.Kind == entra.Group && isGroup && id == a.Principal.ID {
			if _, seen := known[a.Principal.ID]; !seen {
				bound = append(bound, a.Principal.ID)
			}
			known[a.Principal.ID] = *a.Principal
		}
	}
	members, err := w.membersOf(ctx, bound, known)
	if err != nil {
		return "", err
	}
	shown := 0
	for _, a := range list {
		group, isGroup := bare.Group(a.Subject)
		if !isGroup {
			continue
		}
		chains := audit.Expand(group, members)
		for _, id := range slices.Sorted(maps.Keys(chains)) {
			if shown++; shown > most {
				return fmt.Sprintf("Only the first %d ways through groups are shown: --max-members shows more.", most), nil
			}
			b.member(a, known[id], chains[id], known)
		}
	}
	return "", nil
}

func (b *builder) member(a audit.Access, p entra.Principal, chain []entra.ObjectID, known map[entra.ObjectID]entra.Principal) {
	var via []entra.Principal
	for _, id := range slices.Backward(chain) {
		via = append(via, known[id])
	}
	person := audit.Access{Principal: &p, Subject: a.Subject}
	l := b.line(person.Name(), person.Kind(), string(p.ID), p.Name)
	l.Access = append(l.Access, b.entry(a, via, l.Name))
}

// membersOf reads the members of groups and of the groups in them, level by
// level, and adds everybody to known.
func (w *World) membersOf(ctx context.Context, level []entra.ObjectID, known map[entra.ObjectID]entra.Principal) (map[entra.ObjectID][]entra.Principal, error) {
	all := map[entra.ObjectID][]entra.Principal{}
	for len(level) > 0 {
		members, err := w.Directory.Members(ctx, level, false)
		if err != nil {
			return nil, err
		}
		var next []entra.ObjectID
		for _, id := range level {
			all[id] = members[id]
			for _, m := range members[id] {
				if _, seen := known[m.ID]; m.Kind == entra.Group && !seen {
					next = append(next, m.ID)
				}
				known[m.ID] = m
			}
		}
		level = next
	}
	return all, nil
}

// render writes the page. Names are data to it and never markup: they stand in
// JSON, whose <, > and & are escaped, and the script sets them as text. The
// policy lets no other script or style run and nothing be loaded.
func render(w io.Writer, c content) error {
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	err = t.Execute(w, map[string]any{
		"Policy": template.HTMLAttr(fmt.Sprintf(`content="default-src 'none'; base-uri 'none'; form-action 'none'; style-src '%s'; script-src '%s'"`, hash(pageCSS), hash(pageJS))),
		"Style":  template.HTML("<style>" + pageCSS + "</style>"),
		"Script": template.HTML("<script>" + pageJS + "</script>"),
		"Data":   template.HTML(`<script type="application/json" id="data">` + string(data) + "</script>"),
	})
	return fault.Wrap(fault.Failure, "write the page", err)
}

// hash is the name of an inline script or style in a content security policy.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
