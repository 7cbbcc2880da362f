package naming

// groups reads: has(claims.X) ? list : [], claims.?X.orValue([]), or a list.
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

// list reads [], or a claim with .map(g, "prefix" + g) behind it or not.
func (s *scanner) list() (Groups, error) {
	none, err := s.take("[")
	if err != nil {
		return Groups{}, err
	}
	if none {
		return Groups{}, s.want("]")
	}
	claim, maybe, err := s.maybeClaim()
	if err != nil {
		return Groups{}, err
	}
	if maybe { // what comes out of orValue, an API server does not let be mapped
		return Groups{Claim: claim}, s.want(".", "orValue", "(", "[", "]", ")")
	}
	mapped, err := s.take(".")
	if err != nil || !mapped {
		return Groups{Claim: claim}, err
	}
	prefix, err := s.mapping()
	return Groups{Claim: claim, Prefix: prefix}, err
}

// mapping reads map(g, "prefix" + g).
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
	return prefix, s.want(name, ")")
}
