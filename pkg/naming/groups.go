package naming

// groups reads: has(claims.X) ? list : [], or a list.
func (s *scanner) groups() (Groups, error) {
	claim, isTest, err := s.test()
	if err != nil {
		return Groups{}, err
	}
	if !isTest {
		return s.list()
	}
	if err := s.want("?"); err != nil {
		return Groups{}, err
	}
	g, err := s.list()
	if err == nil {
		err = s.want(":", "[", "]")
	}
	if err == nil && g.Claim != claim {
		err = s.refuse("another claim than the one that is asked for")
	}
	return g, err
}

// list reads [], a claim, or dyn(claim).map(g, "prefix" + g): without dyn an API
// server does not let a claim be mapped.
func (s *scanner) list() (Groups, error) {
	none, err := s.take("[")
	if err != nil {
		return Groups{}, err
	}
	if none {
		return Groups{}, s.want("]")
	}
	mapped, err := s.take("dyn")
	if err != nil {
		return Groups{}, err
	}
	if !mapped {
		claim, err := s.orNone()
		return Groups{Claim: claim}, err
	}
	if err := s.want("("); err != nil {
		return Groups{}, err
	}
	claim, err := s.orNone()
	if err == nil {
		err = s.want(")", ".")
	}
	if err != nil {
		return Groups{}, err
	}
	prefix, err := s.mapping()
	return Groups{Claim: claim, Prefix: prefix}, err
}

// orNone reads claims.X, or claims.?X.orValue([]).
func (s *scanner) orNone() (string, error) {
	claim, maybe, err := s.maybeClaim()
	if err == nil && maybe {
		err = s.want(".", "orValue", "(", "[", "]", ")")
	}
	return claim, err
}

// mapping reads map(g, "prefix" + g); g may stand in string().
func (s *scanner) mapping() (prefix string, err error) {
	if err = s.want("map", "("); err != nil {
		return "", err
	}
	name, err := s.word('n')
	if err != nil {
		return "", err
	}
	if err = s.want(","); err != nil {
		return "", err
	}
	for s.token.kind == 's' {
		prefix += s.token.text
		if err = s.next(); err != nil {
			return "", err
		}
		if err = s.want("+"); err != nil {
			return "", err
		}
	}
	if converted, err := s.take("string"); converted || err != nil {
		if err != nil {
			return "", err
		}
		return prefix, s.want("(", name, ")", ")")
	}
	return prefix, s.want(name, ")")
}
