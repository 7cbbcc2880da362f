package clients_test

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"
)

// open goes to an address.
func (b *browser) open(address string) {
	b.Helper()
	if err := b.Open(address); err != nil {
		b.Fatal(err)
	}
}

// find waits until an expression of the page is true and returns its value; an
// expression fails while the next page is on its way.
func (b *browser) find(into any, what, expression string) {
	b.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		value := b.evaluate("document.readyState === 'complete' && (" + expression + ")")
		switch v := string(value); {
		case v != "" && v != "false" && v != "null":
			if err := json.Unmarshal(value, into); err != nil {
				b.Fatal(err)
			}
			return
		case time.Now().After(end):
			b.Fatalf("no %s on %s", what, b.evaluate("[location.href, document.body.innerText]"))
		}
	}
}

// evaluate returns an expression's value as JSON; empty: it threw.
func (b *browser) evaluate(expression string) json.RawMessage {
	b.Helper()
	var got struct {
		Result struct{ Value json.RawMessage }
	}
	b.call(&got, "Runtime.evaluate", fields{"returnByValue": true, "expression": expression})
	return got.Result.Value
}

// click presses the mouse's button in the middle of an element.
func (b *browser) click(what, element string) {
	b.Helper()
	var at struct{ X, Y float64 }
	b.find(&at, what, `(e => { if (!e) return null; e.scrollIntoView(); const r = e.getBoundingClientRect();
		return {x: r.x + r.width / 2, y: r.y + r.height / 2}; })(`+element+`)`)
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		b.call(nil, "Input.dispatchMouseEvent", fields{"type": kind, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1})
	}
}

// enter clicks into the field that a label names, and types.
func (b *browser) enter(label, text string) {
	b.Helper()
	b.click("field "+label, `[...document.querySelectorAll('label')].find(l => l.innerText === `+strconv.Quote(label)+`)?.control`)
	b.call(nil, "Input.insertText", fields{"text": text})
}

// press clicks the button with that inscription.
func (b *browser) press(button string) {
	b.Helper()
	b.click("button "+button, `[...document.querySelectorAll('button')].find(b => b.innerText === `+strconv.Quote(button)+`)`)
}

// pick chooses an account of the list and goes on.
func (b *browser) pick(account string) {
	b.Helper()
	b.click("account "+account, `[...document.querySelectorAll('label.person')].find(l => l.innerText.includes(`+strconv.Quote(account)+`))`)
	b.press("Continue")
}

// sees waits for a text.
func (b *browser) sees(text string) {
	b.Helper()
	var found bool
	b.find(&found, "text "+text, `document.body.innerText.includes(`+strconv.Quote(text)+`)`)
}

// A person signs Azure CLI in, in Chromium, at the address that it names.
func TestChromium(t *testing.T) {
	r := newRig(t)
	a := &azure{rig: r, path: r.program("az", "azure-cli")}
	b := newBrowser(r)
	a.signIn(func(page, code string) {
		b.open(page)
		b.enter("Code", "WRONGCODE")
		b.press("Next")
		b.sees("That code did not work")
		b.open(page)
		b.enter("Code", code)
		b.press("Next")
		b.enter("Use another account", "mallory@contoso.com")
		b.press("Continue")
		b.sees("This account does not exist here")
		b.open(page)
		b.enter("Code", code)
		b.press("Next")
		b.pick("admin@contoso.com")
		b.sees("You have signed in")
	})
	r.wasAsked("microsoft.com", "login.microsoftonline.com")
}
