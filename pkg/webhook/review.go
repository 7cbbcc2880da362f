package webhook

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// The API versions of TokenReview. An answer in another version than the
// request's is unreadable to the API server.
const (
	reviewV1      = "authentication.k8s.io/v1"
	reviewV1beta1 = "authentication.k8s.io/v1beta1"
)

// review is what matters of a TokenReview request.
type review struct {
	version string
	token   string
}

// readReview reads a request's body. The error's text can be shown; the status
// is the one to answer with.
func readReview(r *http.Request) (review, int, error) {
	if r.ContentLength > maxBody {
		return review{}, http.StatusRequestEntityTooLarge, errTooLarge
	}
	body := make([]byte, 0, max(r.ContentLength, 511)+1)
	for {
		n, err := r.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case len(body) > maxBody:
			return review{}, http.StatusRequestEntityTooLarge, errTooLarge
		case errors.Is(err, io.EOF):
			rev, err := parseReview(string(body))
			return rev, http.StatusBadRequest, err
		case err != nil:
			return review{}, http.StatusBadRequest, errors.New("body cannot be read")
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}

var errTooLarge = fmt.Errorf("body is larger than %d bytes", maxBody)

// parseReview reads the JSON of a TokenReview.
func parseReview(body string) (review, error) {
	var rev review
	var kind string
	err := parseObject(body, func(key string, v raw) (err error) {
		switch key {
		case "apiVersion":
			rev.version, err = v.str()
		case "kind":
			kind, err = v.str()
		case "spec":
			err = v.object(func(key string, v raw) (err error) {
				if key == "token" {
					rev.token, err = v.str()
				}
				return err
			})
		}
		return err
	})
	switch {
	case err != nil:
		return review{}, fmt.Errorf("body is no TokenReview: %w", err)
	case kind != "TokenReview":
		return review{}, fmt.Errorf("body is no TokenReview: its kind is %.60q", kind)
	case rev.version != reviewV1 && rev.version != reviewV1beta1:
		return review{}, fmt.Errorf("TokenReview of version %.60q: known are %s and %s", rev.version, reviewV1, reviewV1beta1)
	}
	return rev, nil
}

// answer wraps a status as a TokenReview of the version asked for.
func (r review) answer(status []byte) []byte {
	const head, mid = `{"kind":"TokenReview","apiVersion":"`, `","metadata":{},"spec":{},"status":`
	out := make([]byte, 0, len(head)+len(r.version)+len(mid)+len(status)+2)
	out = append(out, head...)
	out = append(out, r.version...)
	out = append(out, mid...)
	out = append(out, status...)
	return append(out, '}', '\n')
}
