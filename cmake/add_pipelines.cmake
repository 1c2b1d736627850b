# Declares the pipelines of a C++ file: add_pipelines(SOURCE <file> [INCLUDES <folder>…])
#[=[.rst:
.. command:: add_pipelines

  Declares the pipelines that a C++ file gives, such as those of twelve services by one loop::

    add_pipelines(SOURCE pipelines.cpp [INCLUDES <folder>…])

  The file includes ``<cicd/pipeline.hpp>`` and defines ``std::vector<cicd::pipeline> declare()``. It is compiled and run at the
  end of configure. For a single pipeline there is ``add_pipeline(<pipeline> SOURCE pipeline.cpp)``, whose file defines
  ``cicd::pipeline declare()``. The other functions may extend what it declares.
#]=]
function(add_pipelines)
  _cicd_record_call(${ARGC})
endfunction()
