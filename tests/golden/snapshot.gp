set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 'Snapshot 1 of L''Aquila `x` "y" {z}_ (chandy-lamport): running, not judged' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 'module ping, seed 18446744073709551615; 0 messages in its channels, 2 wrong' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$role0 << EOD
1.98 1 0.01 -1
1.98 1 0.012 -1
EOD
$role1 << EOD
EOD
$role2 << EOD
EOD
$role3 << EOD
EOD
$role4 << EOD
0.2 0 0.01 1
0.211 1 0.01 -1
EOD
$role5 << EOD
EOD
$cut << EOD
1.99 0
1.98 1
EOD
set arrow 100 from first 0.55, graph 0 to first 0.55, graph 1 nohead front dt 2 lw 1.2 lc rgb '#D55E00'
set label 100 'partition {0} {1, 2}' at first 0.55, graph 0.985 right rotate by 90 offset char 0.9,0 front tc rgb '#D55E00'
set arrow 101 from first 0.7, graph 0 to first 0.7, graph 1 nohead front dt 2 lw 1.2 lc rgb '#D55E00'
set label 101 'heal' at first 0.7, graph 0.985 right rotate by 90 offset char 0.9,0 front tc rgb '#D55E00'
set xlabel 'virtual time (s)'
set xrange [0.056799999:2.133200001]
set yrange [1.7:-0.7]
set ytics scale 0 ('Tokyo' 0, 'L''Aquila `x` "y" {' 1)
set grid ytics lt 1 lc rgb '#bbbbbb' lw 0.6
set border 1
set format x '%.10g'
set clip two
set rmargin 3
set key at screen 0.5,0.015 center bottom horizontal maxrows 2
set bmargin 7
plot $role0 using 1:2:3:4 with vectors head filled size graph 0.008,16 fixed lw 0.9 dt 2 lc rgb '#60888888' notitle, \
 keyentry with lines lw 1 dt 2 lc rgb '#60888888' title 'marker', \
 $role4 using 1:2:3:4 with vectors head filled size graph 0.008,16 fixed lw 2.6 lc rgb '#C80000' notitle, \
 keyentry with lines lw 2.6 lc rgb '#C80000' title 'received too early', \
 $cut using 1:2 with linespoints lw 2 pt 7 ps 1 lc rgb '#222222' title 'the cut'
