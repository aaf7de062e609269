# Adds up the "confirm:" lines that the Confirm tests print, by layer and version:
#   confirm: <layer> <version> <cases> cases <mismatches> mismatches
{
	i = index($0, "confirm: ")
	if (i == 0) next
	n = split(substr($0, i + 9), f, " ")
	if (n < 6 || f[4] != "cases") next
	key = f[1] " " f[2]
	if (!(key in cases)) order[++keys] = key
	cases[key] += f[3]; bad[key] += f[5]; layer[f[1]] += f[3]; all += f[3]; allbad += f[5]
}
END {
	for (i = 1; i <= keys; i++) printf "%-24s %10d cases %d mismatches\n", order[i], cases[order[i]], bad[order[i]]
	for (l in layer) printf "%-24s %10d cases\n", l " in all", layer[l]
	printf "%-24s %10d cases %d mismatches\n", "total", all, allbad
}
