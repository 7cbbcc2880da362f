package odata

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

var carol = map[string]any{
	"displayName":       "Carol O'Neil",
	"userPrincipalName": "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com",
	"mail":              "carol@fabrikam.com",
	"otherMails":        []string{"carol@home.example"},
	"accountEnabled":    true,
	"creationType":      "Invitation",
	"jobTitle":          nil,
	"identities": []any{
		map[string]any{"issuer": "ExternalAzureAD", "issuerAssignedId": nil},
		map[string]any{"issuer": "mail", "issuerAssignedId": "c1"},
	},
	"web": map[string]any{"homePageUrl": "https://x"},
}

func TestMatch(t *testing.T) {
	for filter, want := range map[string]bool{
		`mail eq 'CAROL@fabrikam.com'`:                                        true,
		`mail eq 'bob@fabrikam.com'`:                                          false,
		`displayName eq 'Carol O''Neil'`:                                      true,
		`startswith(displayName,'carol')`:                                     true,
		`startsWith(displayName, 'neil')`:                                     false,
		`endsWith(mail,'@fabrikam.com')`:                                      true,
		`otherMails/any(m:m eq 'carol@home.example')`:                         true,
		`otherMails/any(m:m eq 'carol@fabrikam.com')`:                         false,
		`otherMails/any(m:startsWith(m,'carol'))`:                             true,
		`otherMails/any()`:                                                    true,
		`proxyAddresses/any()`:                                                false,
		`accountEnabled eq true`:                                              true,
		`accountEnabled eq false`:                                             false,
		`accountEnabled ne false`:                                             true,
		`jobTitle eq null`:                                                    true,
		`mail eq null`:                                                        false,
		`department ne null`:                                                  false,
		`mail in ('x', 'carol@fabrikam.com')`:                                 true,
		`mail in ('x','y')`:                                                   false,
		`not(mail eq 'x')`:                                                    true,
		`not mail eq 'x' and mail eq 'y'`:                                     false,
		`mail eq 'x' or mail eq 'y' and mail eq 'z'`:                          false,
		`mail eq 'carol@fabrikam.com' or mail eq 'y' and mail eq 'z'`:         true,
		`(mail eq 'carol@fabrikam.com' or mail eq 'y') and mail eq 'z'`:       false,
		`identities/any(i:i/issuer eq 'mail' and i/issuerAssignedId eq 'c1')`: true,
		`identities/any(i:i/issuer eq 'ExternalAzureAD' and i/issuerAssignedId eq 'c1')`: false,
		`web/homePageUrl eq 'https://x'`:                                                 true,
		`userPrincipalName eq 'carol_fabrikam.com#EXT#@contoso.onmicrosoft.com'`:         true,
	} {
		f, err := ParseFilter(filter)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
			continue
		}
		if got := f.Match(of(carol)); got != want {
			t.Errorf("%s = %v, want %v", filter, got, want)
		}
	}
}

func TestBareGUID(t *testing.T) {
	const id = "a1b2c3d4-0000-4000-8000-000000000001"
	f, err := ParseFilter("id eq " + id)
	if err != nil || !f.Match(of(map[string]any{"id": id})) {
		t.Errorf("bare GUID: %v", err)
	}
}

func TestRefused(t *testing.T) {
	for filter, code := range map[string]string{
		``:                              CodeBad,
		`mail`:                          CodeBad,
		`mail eq`:                       CodeBad,
		`mail eq 'x`:                    CodeBad,
		`mail eq 'x' and`:               CodeBad,
		`mail eq 'x' mail eq 'y'`:       CodeBad,
		`(mail eq 'x'`:                  CodeBad,
		`mail eq 'x')`:                  CodeBad,
		`mail eq carol`:                 CodeBad,
		`mail == 'x'`:                   CodeBad,
		`contains(mail,'x')`:            CodeBad,
		`startsWith(mail,x)`:            CodeBad,
		`startsWith('x',mail)`:          CodeBad,
		`mail in 'x'`:                   CodeBad,
		`mail in ()`:                    CodeBad,
		`otherMails/any(m eq 'x')`:      CodeBad,
		`'x' eq mail`:                   CodeBad,
		`createdDateTime ge 2020-01-01`: CodeUnsupported,
		`mail in (` + choices(16) + `)`: CodeUnsupported,
		chain(16, "or"):                 CodeUnsupported,
		chain(8, "or") + ` or mail in (` + choices(8) + `)`:                 CodeUnsupported,
		strings.Repeat("(", 500) + `mail eq 'x'` + strings.Repeat(")", 500): CodeBad,
		strings.Repeat("not ", 500) + `mail eq 'x'`:                         CodeBad,
	} {
		_, err := ParseFilter(filter)
		var e *Error
		if !errors.As(err, &e) || e.Code != code {
			t.Errorf("%.60s: %v, want %s", filter, err, code)
		}
	}
	for _, filter := range []string{chain(15, "or"), `mail in (` + choices(15) + `)`, chain(40, "and")} {
		if _, err := ParseFilter(filter); err != nil {
			t.Errorf("%.60s: %v", filter, err)
		}
	}
}

func TestClauses(t *testing.T) {
	f, err := ParseFilter(`identities/any(i:i/issuer eq 'x') and not(mail in ('a','b')) or otherMails/any(o:o eq 'z')`)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(f.Clauses)
	want := "[{identities/issuer eq [x] false} {mail in [a b] true} {otherMails eq [z] false}]"
	if got != want {
		t.Errorf("clauses %s, want %s", got, want)
	}
}

func TestParseQuery(t *testing.T) {
	q, err := ParseQuery(url.Values{"$select": {"id, mail"}, "$top": {"5"}, "$count": {"true"}, "$skiptoken": {"10"}, "$filter": {"mail eq 'x'"}, "api": {"ignored"}})
	if err != nil || fmt.Sprint(q.Select) != "[id mail]" || q.Top != 5 || !q.Count || q.Skip != 10 || q.Filter == nil {
		t.Errorf("query %+v, %v", q, err)
	}
	for name, value := range map[string]string{"$top": "0", "$skiptoken": "x", "$orderby": "mail up", "$skip": "1", "$search": "mail", "$expand": "members(", "$filter": "("} {
		if _, err := ParseQuery(url.Values{name: {value}}); err == nil {
			t.Errorf("%s=%s was taken", name, value)
		}
	}
	if _, err := ParseQuery(url.Values{"$top": {"1000"}}); err == nil {
		t.Error("a page of 1000 was taken")
	}
}

func TestSearch(t *testing.T) {
	for text, want := range map[string]bool{
		`"displayName:carol"`:                           true,
		`"displayName:one car"`:                         false,
		`"displayName:nei car"`:                         true,
		`"displayName:arol"`:                            false,
		`"mail:carol@"`:                                 true,
		`"mail:fabrikam"`:                               false,
		`"mail:x" OR "displayName:neil"`:                true,
		`"mail:x" OR "mail:y" AND "displayName:neil"`:   false,
		`("mail:x" OR "mail:car") AND "displayName:ca"`: true,
		`"jobTitle:x"`:                                  false,
	} {
		s, err := ParseSearch(text)
		if err != nil || s.Match(of(carol)) != want {
			t.Errorf("%s: want %v, %v", text, want, err)
		}
	}
	for _, text := range []string{"", "carol", `"carol"`, `"mail:"`, `"mail:x`, `"mail:x" "mail:y"`, `("mail:x"`, `"mail:x" and "mail:y"`, strings.Repeat("(", 100)} {
		if _, err := ParseSearch(text); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func TestSortAndExpand(t *testing.T) {
	q, err := ParseQuery(url.Values{"$orderby": {"b desc, a"}, "$expand": {"members($select=id,mail;$levels=1),owners"}})
	if err != nil || fmt.Sprint(q.Expand) != "[{members [id mail]} {owners []}]" {
		t.Fatalf("%+v, %v", q, err)
	}
	rows := []map[string]any{{"a": "z", "b": true}, {"a": nil, "b": false}, {"a": "Y", "b": true}, {"a": "x", "b": false}}
	Sort(rows, q.OrderBy, of)
	if got := fmt.Sprint(rows); got != "[map[a:Y b:true] map[a:z b:true] map[a:<nil> b:false] map[a:x b:false]]" {
		t.Errorf("sorted %s", got)
	}
}

// A filter either is refused or can be asked about any object without a panic.
func FuzzFilter(f *testing.F) {
	f.Add(`startswith(displayName,'x') and otherMails/any(m:m eq 'y') or not (a/b in (null,'z',true))`)
	f.Add(`identities/any(i:i/issuer eq 'x''y')`)
	f.Fuzz(func(t *testing.T, s string) {
		filter, err := ParseFilter(s)
		var refused *Error
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("%q: %v is not an *Error", s, err)
		}
		if err == nil {
			filter.Match(of(carol))
		}
	})
}

func chain(n int, op string) string {
	clauses := make([]string, n)
	for i := range clauses {
		clauses[i] = fmt.Sprintf("mail eq 'u%d'", i)
	}
	return strings.Join(clauses, " "+op+" ")
}

func choices(n int) string {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf("'u%d'", i)
	}
	return strings.Join(values, ",")
}

func of(object map[string]any) func(string) any {
	return func(name string) any { return object[name] }
}
