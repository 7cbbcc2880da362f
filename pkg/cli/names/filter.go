package names

import (
	"bytes"
	"context"
	"io"
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// namer returns the names of ids in lower case; unknown ones are missing.
type namer func(ctx context.Context, ids []string) map[string]string

// Sizes of the text that is looked at together, and of an id.
const (
	blockSize = 4 << 20
	guidSize  = 36
	maxBeside = 4*longest + 8 // bytes of a name with its brackets
)

// pause is how long is waited for more input before what is there is written:
// few requests for a file, and no long wait for a log that is followed.
const pause = 100 * time.Millisecond

// filter copies in to out with names beside ids. Bytes that are no ids pass as
// they are, whatever they are.
func filter(ctx context.Context, in io.Reader, out io.Writer, names namer) error {
	p := newPatient(ctx, in)
	var rest []byte
	for {
		block, err := p.next(blockSize)
		text := append(rest, block...)
		end := len(text)
		if err == nil {
			end = whole(text)
		}
		if _, werr := out.Write(annotate(ctx, text[:end], names)); werr != nil {
			return fault.Wrap(fault.Failure, "write the text", werr)
		}
		rest = bytes.Clone(text[end:])
		switch {
		case ctx.Err() != nil:
			return fault.New(fault.Cancelled, "cancelled")
		case err == io.EOF:
			return nil
		case err != nil:
			return fault.Wrap(fault.Failure, "read the text", err)
		}
	}
}

// letter reports whether b can be part of an id, or of a longer word that only
// looks like one.
func letter(b byte) bool {
	return b == '-' || b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// whole returns how much of text can be looked at before more is read: all but
// an id that may go on. A long word is no id.
func whole(text []byte) int {
	end := len(text)
	for end > 0 && len(text)-end <= guidSize && letter(text[end-1]) {
		end--
	}
	if len(text)-end > guidSize {
		return len(text)
	}
	// A name that stands behind an id already is seen whole.
	from := max(0, end-guidSize-maxBeside)
	if at := find(text[from:end]); len(at) > 0 {
		id := from + at[len(at)-1]
		behind := text[id+guidSize : end]
		if bytes.HasPrefix([]byte(" ("), behind) || bytes.HasPrefix(behind, []byte(" (")) && !bytes.ContainsAny(behind, ")\n") {
			return id
		}
	}
	return end
}

// find returns where the ids of a text begin.
func find(text []byte) []int {
	var at []int
	for i := 0; i+guidSize <= len(text); i++ {
		if text[i+8] != '-' || text[i+13] != '-' || text[i+18] != '-' || text[i+23] != '-' ||
			i > 0 && letter(text[i-1]) || i+guidSize < len(text) && letter(text[i+guidSize]) || !entra.IsGUID(string(text[i:i+guidSize])) {
			continue
		}
		at = append(at, i)
		i += guidSize - 1
	}
	return at
}

// annotate puts names behind the ids of a text, unless they stand there.
func annotate(ctx context.Context, text []byte, names namer) []byte {
	at := find(text)
	if len(at) == 0 {
		return text
	}
	seen := map[string]bool{}
	var ids []string
	for _, i := range at {
		id := string(bytes.ToLower(text[i : i+guidSize]))
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	known := names(ctx, ids)
	var b bytes.Buffer
	last := 0
	for _, i := range at {
		end := i + guidSize
		b.Write(text[last:end])
		last = end
		name := known[string(bytes.ToLower(text[i:end]))]
		if beside := " (" + name + ")"; name != "" && !bytes.HasPrefix(text[end:], []byte(beside)) {
			b.WriteString(beside)
		}
	}
	b.Write(text[last:])
	return b.Bytes()
}

// patient reads as much as comes without a pause.
type patient struct {
	ctx    context.Context
	blocks chan []byte
	err    error // after blocks is closed
}

func newPatient(ctx context.Context, in io.Reader) *patient {
	p := &patient{ctx: ctx, blocks: make(chan []byte, 16)}
	go func() {
		defer close(p.blocks)
		for {
			block := make([]byte, 64<<10)
			n, err := in.Read(block)
			if n > 0 {
				select {
				case p.blocks <- block[:n]:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				p.err = err
				return
			}
		}
	}()
	return p
}

// next returns at least one byte, or the error that ends the text, maybe with
// the last of it.
func (p *patient) next(most int) ([]byte, error) {
	var all []byte
	var after <-chan time.Time
	for len(all) < most {
		select {
		case block, open := <-p.blocks:
			if !open {
				return all, p.err
			}
			all = append(all, block...)
			after = time.After(pause)
		case <-after:
			return all, nil
		case <-p.ctx.Done():
			return all, nil
		}
	}
	return all, nil
}
