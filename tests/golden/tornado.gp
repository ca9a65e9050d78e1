set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 'ping.rtt: main effects' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 '6 cells, 5 repetitions; range of the means over each parameter, others averaged; line: mean of all' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$effects << EOD
# place low high effect
0 0.90221 0.982116667 "peers.count: 10 to 20"
1 0.6432475 1.34148 "link.loss: 0% to 10%"
EOD
set xlabel 'ping.rtt (us)'
set yrange [-0.6:1.6]
set offsets graph 0.05, graph 0.05, 0, 0
unset key
set arrow 3 from first 0.942163333, graph 0 to first 0.942163333, graph 1 nohead front lw 1.2 dt 2 lc rgb '#222222'
plot $effects using (($2+$3)/2):1:2:3:($1-0.3):($1+0.3):ytic(4) with boxxyerror fs solid 0.8 noborder lc rgb '#0072B2'
