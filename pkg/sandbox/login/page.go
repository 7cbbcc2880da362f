package login

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
)

// view is what a page shows; without Action it has no form.
type view struct {
	Title   string
	Text    string
	Problem string
	Detail  string
	Good    bool
	Action  string
	Hidden  map[string]string
	AskCode bool
	Code    string
	People  []person
	Hint    string // account to pick beforehand
	Button  string // for a form without questions
	Allow   string // origin to which the form's answer may lead
}

var page = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}} · kubectl aad sandbox</title>
<link rel="stylesheet" href="/assets/page.css">
</head>
<body>
<main>
<p class="brand">Sandbox Entra ID</p>
<h1{{if .Good}} class="good"{{end}}>{{.Title}}</h1>
<p>{{.Text}}</p>
{{with .Problem}}<p class="problem" role="alert">{{.}}</p>{{end}}
{{with .Detail}}<p class="detail">{{.}}</p>{{end}}
{{if .Action}}<form method="post" action="{{.Action}}">
{{range $name, $value := .Hidden}}<input type="hidden" name="{{$name}}" value="{{$value}}">
{{end}}{{if .AskCode}}<label for="code">Code</label>
<input id="code" name="user_code" value="{{.Code}}" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="16" required autofocus>
<div class="buttons"><button name="button" value="next">Next</button></div>
{{else if .Button}}<div class="buttons"><button>{{.Button}}</button></div>
{{else}}<fieldset><legend>Account</legend>
{{$hint := .Hint}}{{range .People}}<label class="person"><input type="radio" name="account" value="{{.SignInName}}"{{if eq .SignInName $hint}} checked{{end}}>
<span><b>{{.Name}}</b>{{with .Note}} <i>{{.}}</i>{{end}}<br>{{.SignInName}}</span></label>
{{end}}</fieldset>
<label for="other">Use another account</label>
<input id="other" name="other" placeholder="name@contoso.com" autocomplete="off" spellcheck="false">
<div class="buttons"><button class="plain" name="button" value="cancel">Cancel</button><button name="button" value="continue">Continue</button></div>
{{end}}</form>{{end}}
</main>
<footer>A pretend directory for rehearsals. Nobody asks for a password here.</footer>
</body>
</html>
`))

const css = `*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:1rem;padding:1rem;
 font:16px/1.5 "Segoe UI",system-ui,sans-serif;color:#1b1a19;background:linear-gradient(160deg,#dbe9f6,#f6f8fa 60%)}
main{width:100%;max-width:27rem;background:#fff;padding:2.5rem;border-radius:6px;box-shadow:0 2px 12px rgba(0,0,0,.16)}
h1{font-size:1.5rem;font-weight:600;margin:.25rem 0 .75rem}
h1.good::before{content:"✓ ";color:#107c10}
.brand{margin:0;color:#605e5c;font-weight:600}
label,legend{font-size:.875rem;color:#605e5c}
input:not([type=radio]){width:100%;font:inherit;padding:.5rem .25rem;margin:.25rem 0 1rem;border:0;border-bottom:1px solid #8a8886;outline-offset:2px}
#code{font-size:1.5rem;letter-spacing:.15em;text-transform:uppercase}
fieldset{border:0;margin:0 0 1rem;padding:0}
.person{display:flex;gap:.75rem;align-items:center;padding:.5rem;border-bottom:1px solid #edebe9;color:inherit;cursor:pointer}
.person:hover{background:#f3f2f1}
.person i{font-style:normal;font-size:.75rem;background:#edebe9;border-radius:1rem;padding:.1rem .5rem}
.buttons{display:flex;gap:.5rem;justify-content:flex-end}
button{font:inherit;min-width:7rem;padding:.4rem 1rem;border:0;color:#fff;background:#0067b8;cursor:pointer}
button:hover{background:#005a9e}
button.plain{color:inherit;background:#e1dfdd}
.problem{color:#a4262c;border-left:3px solid #a4262c;padding-left:.75rem}
.detail{font:.8rem/1.4 ui-monospace,monospace;color:#605e5c;overflow-wrap:anywhere}
footer{font-size:.8rem;color:#605e5c}
`

func stylesheet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write([]byte(css))
}

// show answers with a page that runs no script and is shown in no frame.
func show(w http.ResponseWriter, status int, v view) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", fmt.Sprintf(
		"default-src 'none'; style-src 'self'; form-action 'self' %s; base-uri 'none'; frame-ancestors 'none'", v.Allow))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = page.Execute(w, v) // the browser has gone: nobody to tell
}

func showError(w http.ResponseWriter, err error) {
	var f *failure
	if errors.As(err, &f) {
		showFailure(w, f)
		return
	}
	show(w, http.StatusInternalServerError, view{Title: "Something went wrong", Problem: err.Error()})
}

// showFailure shows a refusal to a person, with what their administrator needs.
func showFailure(w http.ResponseWriter, f *failure) {
	show(w, http.StatusBadRequest, view{Title: "You cannot sign in", Problem: human(f), Detail: f.Error()})
}

// human says to a person what a refusal means for them.
func human(f *failure) string {
	switch f.code {
	case 50057:
		return "Your account has been disabled. Ask your administrator to enable it."
	case 53003, 50076:
		return "You cannot get there from here: your organization's policy does not allow this kind of sign-in. Use another way to sign in, or ask your administrator."
	case 90094:
		return "Only an administrator can approve this for everybody. Sign in as one."
	case 50014:
		return "You have been invited here, and have not accepted the invitation yet."
	case 65001, 650057, 65002:
		return "Approval needed: an administrator has to consent to this application first."
	case 50020, 50034:
		return "This account does not exist here. Check the name, or ask an administrator for an invitation."
	case 70018:
		return "That code did not work. Check it and try again."
	case 70020:
		return "That code has expired. Start again on your device."
	case 500011, 700016, 7000112:
		return "The application is not available in this organization. Ask your administrator."
	case 50105:
		return "Your administrator has not assigned you to this application."
	}
	return "The request cannot be served."
}
