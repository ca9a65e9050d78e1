set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 '4 dials and their phases' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 'module ping, seed 18446744073709551615; R: round trips, bytes sent / received' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$phase0 << EOD
EOD
$phase1 << EOD
EOD
$phase2 << EOD
EOD
$phase3 << EOD
EOD
$phase4 << EOD
EOD
$phase5 << EOD
EOD
$phase6 << EOD
EOD
$phase7 << EOD
0 0 0 0.02
0 1 0 0.06
0 2 0 0.1
0 3 0 1.82
EOD
$names << EOD
EOD
$opened << EOD
0.02 0 0.02 "20 ms"
0.06 1 0.06 "60 ms"
0.1 2 0.1 "100 ms"
EOD
$failed << EOD
1.82 3 1.82 "timeout, 1.82 s"
EOD
set xlabel 'time since the dial began (s)'
set xrange [0:2.73]
set yrange [3.7:-0.7]
set ytics scale 0 ('Tokyo -> L''Aquila `x` "y" {z}_  ideal' 0, 'Tokyo -> 2  ideal' 1, 'L''Aquila `x` "y" {z}_ -> 2  ideal' 2, '2 -> L''Aquila `x` "y" {z}_  ideal' 3)
set border 1
set grid noytics xtics
set rmargin 3
set key at screen 0.5,0.015 center bottom horizontal maxrows 1
set bmargin 6
plot $phase7 using 1:2:3:4:($2-0.28):($2+0.28) with boxxyerror fs solid noborder lc rgb '#999999' title 'without phases', \
 $names using 1:2:3 with labels center font ',10' tc rgb 'white' notitle, \
 $opened using 1:($2-0.4):(0):(0.8) with vectors nohead lw 1.6 lc rgb '#222222' title 'connection open', \
 $opened using 3:2:4 with labels left offset char 1,0 font ',11' tc rgb '#333333' notitle, \
 $failed using 1:2 with points pt 2 ps 1.4 lw 2 lc rgb '#D55E00' title 'failed', \
 $failed using 3:2:4 with labels left offset char 1.4,0 font ',11' tc rgb '#D55E00' notitle
