const taken = new Map();

/** Names the class that keeps a component's styles apart. It stands in scripts and
 * styles many times over, so it is short; two components of one name are refused. */
function cssHash({ hash, filename }) {
	const file = filename.slice(filename.lastIndexOf('src/'));
	const name = 's' + hash(file).slice(0, 4);
	if ((taken.get(name) ?? file) !== file) throw new Error(`${file} and ${taken.get(name)} share the class ${name}`);
	taken.set(name, file);
	return name;
}

export default {
	compilerOptions: { runes: true, cssHash },
};
