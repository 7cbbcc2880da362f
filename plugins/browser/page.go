package browser

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// page is what the browser shows at the end.
type page struct {
	Good  bool
	Title string
	Text  string
	Next  []string
}

// style is allowed by its hash; the page runs no script and loads nothing.
const style = `body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;` +
	`font:17px/1.5 system-ui,sans-serif;color:#1f2328;background:#f6f8fa}` +
	`main{max-width:36rem;margin:1.5rem;padding:2rem;background:#fff;border-top:6px solid #bf3989;border-radius:8px;` +
	`box-shadow:0 1px 6px rgba(31,35,40,.2)}main.good{border-color:#1a7f37}h1{margin:0 0 .75rem;font-size:1.5rem}` +
	`li{overflow-wrap:anywhere}footer{color:#59636e;font-size:.85rem}` +
	`@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}main{background:#161b22}footer{color:#9198a1}}`

// The title must not hold what came from outside: it outlives the page in the
// browser's history.
var layout = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{if .Good}}Signed in{{else}}Not signed in{{end}} - kubectl aad</title>
<style>` + style + `</style>
</head>
<body>
<main{{if .Good}} class="good"{{end}}>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
{{with .Next}}<p>What to do next:</p>
<ul>{{range .}}<li>{{.}}</li>{{end}}</ul>
{{end}}<footer>kubectl aad</footer>
</main>
</body>
</html>
`))

// goBack ends every page.
const goBack = "Close this window and go back to the terminal."

// The pages of what is no answer to this sign-in.
var (
	foreign = page{Title: "This is not the sign-in that is being waited for", Text: "Nothing was changed.",
		Next: []string{"If you did not just start a sign-in, close this window: somebody else sent you here.",
			"If you did, use the window that it opened, or start the command again."}}
	twice = page{Title: "This sign-in is finished already", Text: "A page was loaded a second time. Nothing was changed.",
		Next: []string{goBack}}
	unknown = page{Title: "The sign-in takes longer than expected", Text: "The terminal shows how it ends.", Next: []string{goBack}}
)

// result is the page of a sign-in that ended with g or err; wanted is who
// should have signed in, if anybody in particular.
func result(g login.Grant, wanted string, err error, r token.Request) page {
	who := safetext.Clean(g.Account.Username)
	switch {
	case err != nil:
		next := make([]string, 0, len(fault.Hints(err))+1)
		for _, h := range fault.Hints(err) {
			next = append(next, safetext.Clean(h))
		}
		return page{Title: "You are not signed in", Text: safetext.Clean(err.Error()), Next: append(next, goBack)}
	case wanted != "" && !g.Account.Matches(wanted):
		return page{Title: "You signed in with another account", Text: "You signed in as " + who + ". " + safetext.Clean(wanted) + " was expected.",
			Next: []string{"Run the command again and choose " + safetext.Clean(wanted) + ".", "Or use this account on purpose: add --account " + who + ".", goBack}}
	}
	if who == "" {
		who = "yourself"
	}
	return page{Good: true, Title: "You are signed in", Text: "You are signed in as " + who + " for " + r.Audience() + ".",
		Next: []string{goBack + " The command there goes on by itself."}}
}

// show answers with the page: no script, no frame, no trace in caches.
func (p page) show(w http.ResponseWriter, status int) {
	sum := sha256.Sum256([]byte(style))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	var body bytes.Buffer
	_ = layout.Execute(&body, p) // a fixed template of text fields
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the browser has gone: nobody to tell
	_ = http.NewResponseController(w).Flush()
}
