function(company_step pipeline name)
  pipeline_step(${pipeline} ${name}
    COMMAND true
    ${ARGN})
endfunction()
