set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 'Series over time' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 'module ping, seed 18446744073709551615' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
set arrow 100 from first 0.55, graph 0 to first 0.55, graph 1 nohead front dt 2 lw 1.2 lc rgb '#D55E00'
set label 100 'partition {0} {1, 2}' at first 0.55, graph 0.985 right rotate by 90 offset char 0.9,0 front tc rgb '#D55E00'
set arrow 101 from first 0.7, graph 0 to first 0.7, graph 1 nohead front dt 2 lw 1.2 lc rgb '#D55E00'
set label 101 'heal' at first 0.7, graph 0.985 right rotate by 90 offset char 0.9,0 front tc rgb '#D55E00'
do for [tag=100:139] { unset label tag }
set multiplot
set lmargin at screen 0.09
set rmargin at screen 0.8
set key at graph 1.02,1 left top Left reverse vertical maxcols 1 samplen 1.5 spacing 1 font ',11' noautotitle
set xrange [0:2]
set format x ''
$line0_0 << EOD
0.02 1.5
0.02012 0
EOD
set tmargin at screen 0.8400
set bmargin at screen 0.6233
set label 3 'link.queue (kB)' at graph 0,1 left offset 0,0.8 tc rgb '#222222'
set yrange [0:1.62]
plot $line0_0 using 1:2 with steps lw 1.6 lc rgb '#0072B2' title 'Tokyo to L''Aquila `x` "…'
unset label 1
unset label 2
$line1_0 << EOD
0.01 0
0.03 0
0.05 1.1584
0.07 0
0.09 0
0.11 0
0.13 0
0.15 0
0.17 0
0.19 0
0.21 0
0.23 0
0.25 0
0.27 0
0.29 0
0.31 0
0.33 0
0.35 0
0.37 0
0.39 0
0.41 0
0.43 0
0.45 0
0.47 0
0.49 0
0.51 0
0.53 0
0.55 0
0.57 0
0.59 0
0.61 0
0.63 0
0.65 0
0.67 0
0.69 0
0.71 0
0.73 0
0.75 0
0.77 0
0.79 0
0.81 0
0.83 0
0.85 0
0.87 0
0.89 0
0.91 0
0.93 0
0.95 0
0.97 0
0.99 0
1.01 0
1.03 0
1.05 0
1.07 0
1.09 0
1.11 0
1.13 0
1.15 0
1.17 0
1.19 0
1.21 0
1.23 0
1.25 0
1.27 0
1.29 0
1.31 0
1.33 0
1.35 0
1.37 0
1.39 0
1.41 0
1.43 0
1.45 0
1.47 0
1.49 0
1.51 0
1.53 0
1.55 0
1.57 0
1.59 0
1.61 0
1.63 0
1.65 0
1.67 0
1.69 0
1.71 0
1.73 0
1.75 0
1.77 0
1.79 0
1.81 0
1.83 0
1.85 0
1.87 0
1.89 0
1.91 0
1.93 0
1.95 0
1.97 0
1.99 0
EOD
set tmargin at screen 0.5733
set bmargin at screen 0.3567
set label 3 'goodput (Mbit/s)' at graph 0,1 left offset 0,0.8 tc rgb '#222222'
set yrange [0:1.251072]
plot $line1_0 using 1:2 with lines lw 1.6 lc rgb '#0072B2' title 'L''Aquila `x` "y" {z}_ f…'
set format x '%g'
set xlabel 'virtual time (s)'
$line2_0 << EOD
0.02 10
0.04 7
EOD
set tmargin at screen 0.3067
set bmargin at screen 0.0900
set label 3 'tcp.cwnd' at graph 0,1 left offset 0,0.8 tc rgb '#222222'
set yrange [0:10.8]
plot $line2_0 using 1:2 with steps lw 1.6 lc rgb '#0072B2' title 'Tokyo to L''Aquila `x` "…'
unset multiplot
