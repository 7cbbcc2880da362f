package login

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Timing of device codes.
const (
	codeLife  = 15 * time.Minute
	pollSlack = 200 * time.Millisecond // how much too early a poll may come
)

// device is a device code on its way.
type device struct {
	userCode string
	tenant   *directory.Tenant // nil for common and organizations
	client   entra.ClientID
	wish     wish
	expires  time.Time
	polled   time.Time

	session *session // set when a person has signed in
	refused *failure // set when they could not, or pressed Cancel
	used    bool
}

// devicecode starts a sign-in on another device.
func (s *Service) devicecode(w http.ResponseWriter, r *http.Request) {
	a, f := s.read(w, r)
	if f == nil && a.tenant != nil {
		_, f = s.target(a.tenant, a.wish)
	}
	if f != nil {
		refuse(w, r, s.deps.Now(), f)
		return
	}
	d := &device{userCode: s.newUserCode(), tenant: a.tenant, client: a.app.AppID, wish: a.wish, expires: s.deps.Now().Add(codeLife)}
	code := opaque("")
	s.mu.Lock()
	for old, o := range s.devices { // an hour after its end nobody asks for it
		if s.deps.Now().After(o.expires.Add(time.Hour)) {
			delete(s.devices, old)
		}
	}
	s.devices[code] = d
	s.mu.Unlock()
	page := wire.URL(r, wire.Portal) + "/devicelogin"
	body := map[string]any{
		"user_code": d.userCode, "device_code": code, "verification_uri": page,
		"expires_in": int(codeLife.Seconds()), "interval": s.o.Interval,
		"message": fmt.Sprintf("To sign in, use a web browser to open the page %s and enter the code %s to authenticate.", page, d.userCode),
	}
	if a.wish.v1 {
		body["verification_url"] = page
		body["expires_in"], body["interval"] = strconv.Itoa(int(codeLife.Seconds())), strconv.Itoa(s.o.Interval)
		delete(body, "verification_uri")
	}
	keepNowhere(w)
	wire.JSON(w, http.StatusOK, body)
}

// newUserCode returns 9 characters that are hard to mistake for each other.
func (s *Service) newUserCode() string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" // 32: no bias
	var b [9]byte
	_, _ = rand.Read(b[:]) // never fails
	for i, c := range b {
		b[i] = letters[c%32]
	}
	return string(b[:])
}

// byDevice answers a poll of the device that waits.
func (s *Service) byDevice(a ask) (grant, error) {
	if f := a.confidential(); f != nil {
		return grant{}, f
	}
	code := a.form("device_code")
	if code == "" {
		code = a.form("code") // v1's name for it
	}
	for _, f := range deviceFaults {
		if wire.Faulty(a.r, f.name) {
			return grant{}, &f.failure
		}
	}
	d, f := s.poll(code, a)
	if f != nil {
		return grant{}, f
	}
	t, u, f := s.person(d.tenant, d.session.Home, d.session.Person)
	if f != nil {
		return grant{}, f
	}
	w := d.wish
	if a.form("scope") != "" {
		w.asked = a.form("scope")
	}
	from := *d.session
	from.Public = a.proof == noProof
	return s.user(a, t, u, w, &from, "")
}

// poll returns the device whose person has signed in, or why not yet.
func (s *Service) poll(code string, a ask) (*device, *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.deps.Now()
	d, ok := s.devices[code]
	if !ok || d.used || d.client != a.app.AppID {
		return nil, fail(70018)
	}
	early := !d.polled.IsZero() && now.Sub(d.polled) < time.Duration(s.o.Interval)*time.Second-pollSlack
	d.polled = now
	switch {
	case d.refused != nil:
		d.used = true
		return nil, d.refused
	case now.After(d.expires):
		return nil, fail(70020)
	case d.session != nil:
		d.used = true
		return d, nil
	case early:
		return nil, &failure{oauth: "slow_down", text: "the device polls faster than it was told to"}
	}
	return nil, fail(70016)
}

// waiting finds the device that shows a user code, however it was typed.
func (s *Service) waiting(userCode string) (*device, *failure) {
	userCode = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(userCode))
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.devices {
		if d.userCode == userCode {
			switch {
			case s.deps.Now().After(d.expires):
				return nil, fail(70020)
			case d.used || d.session != nil || d.refused != nil:
				return nil, fail(70018)
			}
			return d, nil
		}
	}
	return nil, fail(70018)
}
