set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 '3 peers, 3 connected pairs' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 'module ping, seed 18446744073709551615; colour: mean one-way latency of messages' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
set cbrange [10.5:50]
$unmeasured << EOD
EOD
$edges << EOD
0.86603 -0.50000 -1.73205 -0.00000 50
0.00000 1.00000 -0.86603 -1.50000 30
0.00000 1.00000 0.86603 -1.50000 10.5
EOD
$peers << EOD
0.00000 1.00000
0.86603 -0.50000
-0.86603 -0.50000
EOD
$left << EOD
-0.90067 -0.52000 30.00 "peer 2"
EOD
$right << EOD
0.00000 1.04000 90.00 "Tokyo"
0.90067 -0.52000 -30.00 "L'Aquila `x` 'y' {"
EOD
set palette defined (0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', 5 '#1f9e89', 6 '#35b779', 7 '#6ece58', 8 '#b5de2b')
unset border
unset tics
unset grid
set cbtics scale 0.4
set size ratio -1
set lmargin at screen 0.1
set tmargin at screen 0.88
set rmargin at screen 0.86
set bmargin at screen 0.015
set colorbox user origin screen 0.87,0.12 size screen 0.02,0.68
unset key
set cblabel 'mean one-way latency of messages (ms)' offset char 1,0
set xrange [-1.20893:1.20893]
set yrange [-1.20893:1.20893]
plot $unmeasured using 1:2:3:4 with vectors nohead lw 1.4 lc rgb '#cccccc', \
 $edges using 1:2:3:4:5 with vectors nohead lw 1.4 lc palette, \
 $peers using 1:2 with points pt 7 ps 1.2 lc rgb '#222222', \
 $right using 1:2:4:3 with labels left rotate variable font ',11', \
 $left using 1:2:4:3 with labels right rotate variable font ',11'
