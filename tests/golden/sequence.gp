set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 '3 segments from Tokyo to L''Aquila `x` "y" {z}_' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 'module ping, seed 18446744073709551615; 1 sent again, 1 did not arrive' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$first << EOD
20 2.897
EOD
$again << EOD
40 1.449
EOD
$lost << EOD
20 1.449
EOD
$acknowledged << EOD
20 0.001
60 2.897
EOD
set xlabel 'virtual time (ms)'
set ylabel 'sequence number (kB)'
set key left top
set yrange [0:*]
set xrange [0:60]
plot $acknowledged using 1:2 with steps lw 1.4 lc rgb '#009E73' title 'acknowledged', \
 $first using 1:2 with points pt 7 ps 0.35 lc rgb '#0072B2' title 'sent', \
 $again using 1:2 with points pt 9 ps 0.8 lc rgb '#E69F00' title 'sent again', \
 $lost using 1:2 with points pt 2 ps 1 lc rgb '#D55E00' title 'did not arrive'
