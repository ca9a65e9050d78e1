set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 'Tokyo and L''Aquila `x` "y" {z}_ over ideal' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 'module ping, seed 18446744073709551615; 7 packets' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$content << EOD
0 20 1 10
0 40 1 10
EOD
$empty << EOD
0 0 1 10
1 10 -1 10
1 30 -1 10
1 50 -1 10
EOD
$lost << EOD
0 20 0.45 1.8
EOD
$dialer << EOD
0 "SYN"
20 "ACK, 1448 B (+1)"
40 "ACK, 1448 B"
EOD
$listener << EOD
10 "SYN|ACK"
30 "ACK"
50 "ACK"
EOD
$phases << EOD
EOD
set ylabel 'virtual time (ms)'
set xrange [-0.62:1.42]
set yrange [61.2:-1.2]
set x2range [-0.62:1.42]
set noxtics
set x2tics scale 0 ('Tokyo' 0, 'L''Aquila `x` "y" {z}_' 1)
set border 2
set grid noxtics nox2tics
set arrow from 0, -1.2 to 0, 61.2 nohead lw 1.6 lc rgb '#222222'
set arrow from 1, -1.2 to 1, 61.2 nohead lw 1.6 lc rgb '#222222'
set key at screen 0.5,0.015 center bottom horizontal maxrows 1
set bmargin 4
plot $empty using 1:2:3:4 with vectors head filled size graph 0.012,16 fixed lw 1.4 lc rgb '#888888' notitle, \
 keyentry with lines lw 2 lc rgb '#888888' title 'packet without data', \
 $content using 1:2:3:4 with vectors head filled size graph 0.012,16 fixed lw 1.4 lc rgb '#0072B2' notitle, \
 keyentry with lines lw 2 lc rgb '#0072B2' title 'packet with data', \
 $lost using 1:2:3:4 with vectors nohead lw 1.6 lc rgb '#D55E00' notitle, \
 $lost using ($1+$3):($2+$4) with points pt 2 ps 1 lw 1.8 lc rgb '#D55E00' title 'did not arrive', \
 $dialer using (-0.02):1:2 with labels right font ',9' tc rgb '#333333' notitle, \
 $listener using (1.02):1:2 with labels left font ',9' tc rgb '#333333' notitle
