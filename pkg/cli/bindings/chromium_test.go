//go:build linux

package bindings

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings/worldtest"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/chromium"
)

// pageOf writes the page of a world and opens it as a file: with nobody to ask
// for more.
func pageOf(t *testing.T, w *worldtest.World) *chromium.Browser {
	t.Helper()
	if err := w.Run(t, New(w.Factory), "-o", "html"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "access.html")
	if err := os.WriteFile(file, w.Stdout.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	b := chromium.Start(t, "--host-resolver-rules=MAP * ~NOTFOUND")
	if err := b.Open("file://" + file); err != nil {
		t.Fatal(err)
	}
	if err := b.Until("document.readyState === 'complete' && document.querySelectorAll('tbody tr').length > 0"); err != nil {
		t.Fatal(err)
	}
	return b
}

// A real browser shows the page without a network; search finds, a click shows
// the path, and a name is only a name.
func TestChromium(t *testing.T) {
	b := pageOf(t, start(t))
	for _, tc := range []struct{ what, do, want string }{
		{"no request but for the page itself", "", "performance.getEntriesByType('resource').length === 0"},
		{"the style is in force", "", "getComputedStyle(document.querySelector('tbody th')).position === 'sticky'"},
		{"everybody is there", "", "document.querySelectorAll('tbody tr').length === 6"},
		{"a name is text", "", "document.images.length === 0 && document.scripts.length === 2 && document.body.innerText.includes('<img src=x')"},
		{"a script of a stranger's does not run", "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)",
			"window.ran === undefined"},
		{"nor a handler", "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')", "window.ran === undefined"},
		{"search", search("platform prod alice"), "document.querySelectorAll('tbody tr').length === 1 && document.querySelector('tbody th').innerText.includes('alice@contoso.com')"},
		{"the path", "[...document.querySelectorAll('tbody .chip')].find(c => c.innerText.includes('edit')).click()",
			"!document.getElementById('path').hidden && [...document.querySelectorAll('.way li')].map(l => l.innerText).join(' > ') === " +
				strconv.Quote(`alice@contoso.com > group Inner > group Platform Team > RoleBinding "team" in namespace "prod" > clusterrole/edit`)},
		{"and away again", "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))", "document.getElementById('path').hidden"},
		{"nobody", search("nobody at all"), "document.querySelectorAll('tbody tr').length === 0 && document.getElementById('count').innerText.startsWith('0 of 6')"},
	} {
		if _, err := b.Eval(tc.do); err != nil {
			t.Fatal(err)
		}
		if err := b.Until(tc.want); err != nil {
			t.Errorf("%s: %v", tc.what, err)
		}
	}
}

// search types words into the page's field.
func search(words string) string {
	return "{ const f = document.getElementById('find'); f.value = " + strconv.Quote(words) + "; f.dispatchEvent(new Event('input')) }"
}
