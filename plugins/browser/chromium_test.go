//go:build linux

package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/chromium"
)

func press(b *chromium.Browser, who, button string) error {
	if err := b.Until("document.readyState === 'complete' && !!document.querySelector('button[value=continue]')"); err != nil {
		return err
	}
	_, err := b.Eval(fmt.Sprintf("document.querySelector('input[value=%q]').click(); document.querySelector('button[value=%s]').click()", who, button))
	return err
}

// A real browser goes the whole way: the sign-in page, back to the loopback
// port, and our own page, which must be styled in spite of its policy.
func TestChromium(t *testing.T) {
	c := chromium.Start(t, "--no-proxy-server", "--ignore-certificate-errors") // the sandbox's CA is in no store
	for _, tc := range []struct {
		button, title string
		good          bool
	}{{"continue", "You are signed in", true}, {"cancel", "You are not signed in", false}} {
		t.Run(tc.button, func(t *testing.T) {
			r := newRig(t)
			walked := make(chan error, 1)
			g, err := r.signIn(func(address string) error {
				if err := c.Open(address); err != nil {
					return err
				}
				go func() { walked <- press(c, "alice@contoso.com", tc.button) }()
				return nil
			})
			if w := <-walked; w != nil {
				t.Fatal(w)
			}
			if (err == nil) != tc.good {
				t.Fatalf("got %v", err)
			}
			if tc.good {
				claims, err := entra.ParseClaims(g.Access.Reveal())
				if err != nil || claims.UPN != "alice@contoso.com" {
					t.Errorf("signed in as %q, %v", claims.UPN, err)
				}
			}
			if err := c.Until("document.readyState === 'complete' && document.querySelector('h1')?.innerText === '" + tc.title + "'"); err != nil {
				t.Fatal(err)
			}
			text, err := c.Eval("document.body.innerText + ' scripts:' + document.scripts.length + ' radius:' + getComputedStyle(document.querySelector('main')).borderRadius")
			said := fmt.Sprint(text)
			if err != nil || !strings.Contains(said, "go back to the terminal") || !strings.Contains(said, "scripts:0 radius:8px") {
				t.Errorf("the page says %q, %v", said, err)
			}
		})
	}
}
