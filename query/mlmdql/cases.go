package mlmdql

import "github.com/pedigree-ml/pedigree/query"

// cases reads CASE with its branches.
func (p *parser) cases() value {
	p.enter()
	defer p.leave()
	at := p.tok.at
	p.next()
	var of []value
	if p.tok.word != "WHEN" {
		of = append(of, p.expression())
	}
	var when, then []value
	for p.acceptWord("WHEN") {
		when = append(when, p.expression())
		p.expectWord("THEN")
		then = append(then, p.expression())
	}
	if len(when) == 0 {
		p.unexpected()
	}
	otherwise := nullValue
	if p.acceptWord("ELSE") {
		otherwise = p.expression()
	}
	p.expectWord("END")
	return p.caseOf(at, of, when, append(then, otherwise))
}

// caseOf types the parts: operand and conditions have one type, results too.
func (p *parser) caseOf(at int, of, when, then []value) value {
	typ := boolType
	if len(of) > 0 {
		var ok bool
		if typ, ok = common(append(of[:1:1], when...)); !ok {
			p.noSignature("operator CASE", at, append(of[:1:1], when...)...)
		}
		of = all(of, typ)
	}
	for _, w := range when {
		if !w.becomes(typ) {
			p.noSignature("operator CASE", at, when...)
		}
	}
	result, ok := common(then)
	if !ok {
		p.noSignature("operator CASE", at, then...)
	}
	if isArray(result) {
		p.cannotRun("syntax error near a type with parameters")
	}
	when, then = all(when, typ), all(then, result)
	v, tree := value{typ: result, size: 1}, query.Case{}
	for _, o := range of {
		tree.Of = o.tree
		v.add(p, o)
	}
	for i, w := range when {
		tree.When = append(tree.When, query.Branch{If: w.tree, Then: then[i].tree})
		v.add(p, w)
		v.add(p, then[i])
	}
	tree.Else = then[len(when)].tree
	v.add(p, then[len(when)])
	v.tree = tree
	return v
}
