package naming

import (
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// ParseRule reads the expression of a username, as far as it is of a common
// form: claims.X, has(claims.X) ? A : B, claims.?X.orValue(A), "prefix" + A,
// and these within each other. Other expressions are fault.Usage: what they come
// to, only an API server knows.
func ParseRule(text string) (Rule, error) {
	r, err := parse(text, (*scanner).rule)
	if err == nil && slices.ContainsFunc(r, func(c Choice) bool { return c.Claim == "" }) {
		err = fault.New(fault.Usage, "a name without a claim in it")
	}
	return r, explain(text, err)
}

// ParseGroups reads the expression of groups: claims.X, dyn(claims.X).map(g,
// "prefix" + g), each maybe behind has(claims.X) ? ... : [], and [].
func ParseGroups(text string) (Groups, error) {
	g, err := parse(text, (*scanner).groups)
	return g, explain(text, err)
}

func parse[T any](text string, read func(*scanner) (T, error)) (T, error) {
	var zero T
	s, err := scan(text)
	if err != nil {
		return zero, err
	}
	value, err := read(s)
	if err == nil && s.token.kind != 0 {
		err = s.refuse("%q where the end was expected", s.token.text)
	}
	if err != nil {
		return zero, err
	}
	return value, nil
}

func explain(text string, err error) error {
	if err == nil {
		return nil
	}
	return fault.Hint(fault.Newf(fault.Usage, "the expression %q is not understood here: %w", safetext.Clean(text), err),
		"name users by a form of your choice: --as-subject upn or objectId, with --username-prefix where there is one")
}

// rule reads: test ? rule : rule, or a sum.
func (s *scanner) rule() (Rule, error) {
	if err := s.down(); err != nil {
		return nil, err
	}
	defer func() { s.depth-- }()
	claim, isTest, err := s.test()
	if err != nil || !isTest {
		if err != nil {
			return nil, err
		}
		return s.sum()
	}
	if err := s.want("?"); err != nil {
		return nil, err
	}
	then, err := s.rule()
	if err != nil {
		return nil, err
	}
	if err := s.want(":"); err != nil {
		return nil, err
	}
	otherwise, err := s.rule()
	if err != nil {
		return nil, err
	}
	if len(then) != 1 || then[0].Has != "" {
		return nil, s.refuse("a choice within the first half of a choice")
	}
	then[0].Has = claim
	return append(then, otherwise...), nil
}

// test reads has(claims.X). The other way to say it, "X" in claims, is one that
// API servers compile and then fail to evaluate.
func (s *scanner) test() (claim string, ok bool, err error) {
	if ok, err = s.take("has"); !ok || err != nil {
		return "", false, err
	}
	if err = s.want("(", "claims", "."); err == nil {
		claim, err = s.word('n')
	}
	if err == nil {
		err = s.want(")")
	}
	return claim, true, err
}

// sum reads terms with + between them: texts, and at its end one rule.
func (s *scanner) sum() (Rule, error) {
	prefix := ""
	for {
		text := s.token
		if text.kind != 's' {
			r, err := s.term()
			if err != nil {
				return nil, err
			}
			if s.token.kind == '+' {
				return nil, s.refuse("something behind a claim")
			}
			return r.prefixed(prefix), nil
		}
		if err := s.next(); err != nil {
			return nil, err
		}
		prefix += text.text
		more, err := s.take("+")
		if err != nil || !more {
			return Rule{{Prefix: prefix}}, err
		}
	}
}

// term reads claims.X, claims.?X.orValue(rule), or a rule in brackets, which may
// be those of string().
func (s *scanner) term() (Rule, error) {
	converted, err := s.take("string")
	if err != nil {
		return nil, err
	}
	bracket, err := s.take("(")
	if err != nil {
		return nil, err
	}
	if converted || bracket {
		if !bracket {
			return nil, s.refuse("string without its bracket")
		}
		r, err := s.rule()
		if err != nil {
			return nil, err
		}
		return r, s.want(")")
	}
	claim, maybe, err := s.maybeClaim()
	if err != nil || !maybe {
		return Rule{{Claim: claim}}, err
	}
	if err := s.want(".", "orValue", "("); err != nil {
		return nil, err
	}
	otherwise, err := s.rule()
	if err != nil {
		return nil, err
	}
	return append(Rule{{Has: claim, Claim: claim}}, otherwise...), s.want(")")
}

// maybeClaim reads claims.X, claims["X"], or claims.?X, which may be absent.
func (s *scanner) maybeClaim() (claim string, maybe bool, err error) {
	if err = s.want("claims"); err != nil {
		return "", false, err
	}
	index, err := s.take("[")
	if err != nil {
		return "", false, err
	}
	if index {
		if claim, err = s.word('s'); err == nil {
			err = s.want("]")
		}
		return claim, false, err
	}
	if err = s.want("."); err != nil {
		return "", false, err
	}
	if maybe, err = s.take("?"); err == nil {
		claim, err = s.word('n')
	}
	return claim, maybe, err
}
