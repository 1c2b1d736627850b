string(ASCII 1 7 8 27 31 127 control)
add_pipeline(orders)
pipeline_step(orders show ALWAYS COMMAND sh -c "printf '<%s>\\n' \"$@\"" sh one;two "three;four" "A=[x" "B=y]" "end\\"
  "quo\"te" "tab	line
end" "${control}" "ünï 日本" "\${HOME}" "@home@" "# hash" [==[raw ${x} \n]==] "(" "%" "'")
